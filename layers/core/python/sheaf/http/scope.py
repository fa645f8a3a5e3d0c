"""http: the project in a path, for those who may have to do with it."""

from sheaf.domain.errors import NotPermittedError
from sheaf.domain.identity import may_manage_project
from sheaf.domain.values import Id
from sheaf.http.request import Request


def managed_project_id(request: Request) -> Id:
    """The project id of the path.

    Raises:
        NotFoundError: it is no id. NotPermittedError: the caller does not manage it, whether it is there or not.
    """
    project_id = request.path_id("project_id")
    if not may_manage_project(request.user, project_id):
        raise NotPermittedError
    return project_id
