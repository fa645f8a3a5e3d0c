"""functions: GET /projects/{project_id}."""

from sheaf.domain.identity import may_see_projects
from sheaf.http.call import Call
from sheaf.http.reply import Reply
from sheaf.http.scope import managed_project_id
from sheaf.http.v1.entry import v1_endpoint
from sheaf.http.v1.formats import show
from sheaf.http.v1.replies import project
from sheaf.store import projects


def v1_retrieve_project(call: Call) -> Reply:
    """One project (Harvest v1, "Show a project")."""
    return show(call, project(projects.get(call.account_id, managed_project_id(call)).project))


handler = v1_endpoint(v1_retrieve_project, may_see_projects)
