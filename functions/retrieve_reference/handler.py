"""functions: GET /docs, what that page loads, and the page for a browser at `/`."""

from functools import cache
from pathlib import Path

from sheaf.domain.errors import NotFoundError
from sheaf.entry_points.http import public_endpoint
from sheaf.http.assets import Assets
from sheaf.http.request import Request
from sheaf.http.response import Response

FOLDER = Path(__file__).with_name("assets")  # filled by `sam build`, see the Makefile

PAGE = "index.html"  # only as `/docs` and `/`: what it loads is named from there


@cache
def assets() -> Assets:
    """The page and its files, read once."""
    return Assets(FOLDER)


def retrieve_reference(request: Request) -> Response:
    """The interactive reference of docs/openapi.yaml. It asks for no credentials and reads nothing of any account."""
    is_for_a_program = request.path == "/" and "text/html" not in request.headers.get("accept", "")
    if is_for_a_program or request.path == f"/docs/{PAGE}":
        raise NotFoundError
    name = PAGE if request.path in ("/", "/docs") else request.path.removeprefix("/docs/")
    return assets().answer(name, request)


handler = public_endpoint(retrieve_reference)
