"""functions: DELETE /v2/projects/{project_id}."""

from dataclasses import replace

from sheaf.domain.identity import may_see_projects
from sheaf.entry_points.http import v2_endpoint
from sheaf.http.conditional import matching
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.scope import managed_project_id
from sheaf.http.v2.responses import show_project
from sheaf.store import projects


def delete_project(request: Request) -> Response:
    """Delete a project with its assignments and its time; the answer shows it as archived, as Harvest's does."""
    found = projects.delete(
        request.account_id,
        managed_project_id(request),
        request.now,
        lambda seen: matching(request, seen, lambda found: show_project(found.project, found.client)),
    )
    return Response(200, show_project(replace(found.project, is_active=False), found.client))


handler = v2_endpoint(delete_project, may_see_projects)
