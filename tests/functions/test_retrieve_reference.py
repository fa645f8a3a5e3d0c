"""GET /docs, what the page loads, and the page for a browser at `/`."""

import json
import re
from base64 import b64decode
from pathlib import Path

import pytest
import yaml

from functions.retrieve_reference.handler import handler
from sheaf.aws import dynamodb
from tests.functions import examples
from tests.functions.examples import ALWAYS, NOT_FOUND, Whole
from tests.support.example_requests import load_event
from tools.template import PROJECT

pytestmark = pytest.mark.usefixtures("reading")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def shown(kind: str, body: str, cache: str = "no-cache") -> Whole:
    headers = {
        **ALWAYS,
        "Content-Type": f"{kind}; charset=utf-8",
        "Cache-Control": cache,
        "ETag": examples.TAG,
        "Vary": "Accept-Encoding",
        "Content-Security-Policy": POLICY,
        "Referrer-Policy": "no-referrer",
    }
    return Whole(200, headers, body)


def page() -> str:
    """The page as it is written, without the hashes in the names of what it loads."""
    return (PROJECT / "functions/retrieve_reference/index.html").read_text()


def document() -> str:
    """What docs/openapi.yaml says, tried out on the deployment itself; cursors and a secret are replaced as any."""
    parsed = yaml.safe_load((PROJECT / "docs/openapi.yaml").read_text())
    parsed["servers"] = [{"url": "/", "description": "This deployment"}]
    text = json.dumps(parsed, indent=1, ensure_ascii=False)
    return examples._SECRET.sub(examples.SECRET, examples._CURSOR.sub(examples.CURSOR, text))


EXPECTED = {
    "page": shown("text/html", page()),
    "browser": shown("text/html", page()),
    "document": shown("application/json", document()),
    "program_at_the_root": NOT_FOUND,
    "unknown_file": NOT_FOUND,
}


def files(folder: Path) -> list[str]:
    return [path.stem for path in folder.iterdir() if path.stem not in ("index.html", "openapi.json")]


def get(path: str, **headers: str) -> dict[str, object]:
    event = load_event("retrieve_reference", "unknown_file")
    event |= {"rawPath": path, "headers": {**event["headers"], **headers}}
    return handler(event)


def test_everything_that_the_page_loads_is_there_and_kept_for_a_year(reference_files: Path) -> None:
    loaded = re.findall(r'(?:href|src)="docs/([^"]+)"', str(load_page()))
    assert sorted(loaded) == sorted([*files(reference_files), "openapi.json"])
    for name in files(reference_files):
        answer = get(f"/docs/{name}")
        assert answer["statusCode"] == 200
        assert answer["headers"]["Cache-Control"] == "public, max-age=31536000, immutable"  # type: ignore[index]


def load_page() -> str:
    return b64decode(str(get("/docs")["body"])).decode()


@pytest.mark.usefixtures("reference_files")
@pytest.mark.parametrize(
    "path",
    [
        "/docs/index.html",
        "/docs/index.html.gz",
        "/docs/openapi.json.gz",
        "/docs/../handler.py",
        "/docs/..%2fhandler.py",
        "/docs/",
        "/docs//etc/passwd",
        "/docs/\x00",
        "/docs/" + "x" * 5_000,
        "/docs/swagger-ui-bundle.js",
        "/DOCS",
    ],
)
def test_nothing_else_is_answered(path: str) -> None:
    assert get(path)["statusCode"] == 404


@pytest.mark.usefixtures("reference_files")
def test_the_table_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamodb, "dynamodb", lambda: pytest.fail("the reference asked for data"))
    assert get("/docs", authorization="Bearer local-admin-token")["statusCode"] == 200
