"""functions: GET /v2/projects/{project_id}."""

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.request import Call
from sheaf.http.response import Reply
from sheaf.http.scope import managed_project_id
from sheaf.http.v2.responses import show_project
from sheaf.store import projects


def retrieve_project(call: Call) -> Reply:
    """One project (Harvest v2, "Retrieve a project")."""
    found = projects.get(call.account_id, managed_project_id(call))
    return Reply(200, show_project(found.project, found.client))


handler = v2_endpoint(retrieve_project, may_see_projects)
