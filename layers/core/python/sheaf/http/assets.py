"""http: files that come with a function and that browsers load and keep."""

import gzip
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sheaf.domain.errors import NotFoundError
from sheaf.http.request import Request
from sheaf.http.response import Response

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".png": "image/png",
}
_CHANGING = frozenset({"index.html", "openapi.json"})  # all others have a hash of their content in their name
_ASK_AGAIN, _KEEP = "no-cache", "public, max-age=31536000, immutable"

# Nothing but what comes from this host; Swagger UI has some small pictures in its style sheet.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class _Asset:
    compressed: bytes
    headers: dict[str, str]


class Assets:
    """The files of a folder. Each lies there compressed, as `<name>.gz`."""

    def __init__(self, folder: Path) -> None:
        """Read them all. They are few, and a name that is asked for is only ever looked up among them."""
        self._files = {path.stem: _asset(path.stem, path.read_bytes()) for path in folder.glob("*.gz")}
        if not self._files:
            raise FileNotFoundError(f"{folder} has no files: `sam build` makes them")

    def answer(self, name: str, request: Request) -> Response:
        """The file, or 304 for a browser that has it.

        Raises:
            NotFoundError: there is none of that name.
        """
        if name not in self._files:
            raise NotFoundError
        asset = self._files[name]
        if asset.headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(304, "", asset.headers)
        if request.takes_gzip:
            return Response(200, asset.compressed, {**asset.headers, "Content-Encoding": "gzip"})
        return Response(200, gzip.decompress(asset.compressed), asset.headers)


def _asset(name: str, compressed: bytes) -> _Asset:
    headers = {
        "Content-Type": _TYPES[Path(name).suffix],
        "Cache-Control": _ASK_AGAIN if name in _CHANGING else _KEEP,
        # Weak, as it names the content and not its bytes: compressed or not.
        "ETag": f'W/"{sha256(compressed).hexdigest()[:32]}"',
        "Vary": "Accept-Encoding",
        "Content-Security-Policy": _POLICY,
        "Referrer-Policy": "no-referrer",
    }
    return _Asset(compressed, headers)
