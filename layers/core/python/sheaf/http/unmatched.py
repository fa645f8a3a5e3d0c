"""http: requests that no route answers, told apart by the routes that there are."""

from collections.abc import Iterator
from urllib.parse import quote

from sheaf.domain.errors import NotFoundError
from sheaf.http.error_responses import MethodNotAllowedError
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.routes import ROUTES


def redirect_or_refuse(request: Request) -> Response:
    """308 to the canonical form of a path that older clients write differently.

    Raises:
        MethodNotAllowedError: the path is known, for other methods. NotFoundError: it is not known at all.
    """
    canonical = _canonical(request.path)
    allowed = sorted(_methods(canonical))
    if canonical != request.path and allowed:
        query = f"?{request.raw_query}" if request.raw_query else ""
        # API Gateway hands the path over decoded: put into a header as it is, it could end the header.
        location = f"{request.base_url}{quote(canonical)}{query}"
        return Response(308, {"message": f"Moved to {canonical}"}, {"Location": location})
    if allowed:
        raise MethodNotAllowedError(request.method, ", ".join(allowed))
    raise NotFoundError


def is_v1_path(path: str) -> bool:
    """Whether a path is one of v1, in whatever spelling."""
    canonical = _canonical(path)
    return not canonical.startswith("/v2/") and any(_methods(canonical))


def _canonical(path: str) -> str:
    """`/api/v2/tasks/7.json/` means `/v2/tasks/7`: Harvest answers under both, and its clients write all of these."""
    path = path.rstrip("/").removesuffix(".json")
    has_prefix = path.startswith("/api/v2/") and not any(_methods(path))
    return path.removeprefix("/api") if has_prefix else path


def _methods(path: str) -> Iterator[str]:
    segments = path.split("/")
    for method, template in ROUTES:
        names = template.split("/")
        if len(names) == len(segments) and all(
            name == segment or (name.startswith("{") and segment) for name, segment in zip(names, segments, strict=True)
        ):
            yield method
