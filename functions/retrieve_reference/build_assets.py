"""functions: makes the files of /docs. Run by the Makefile among the packages that it imports."""

import gzip
import hashlib
import json
import re
import sys
from pathlib import Path

import yaml

SWAGGER_UI = "drf_spectacular_sidecar/static/drf_spectacular_sidecar/swagger-ui-dist"
OF_SWAGGER_UI = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png")


def build(source: Path, packages: Path, target: Path) -> None:
    """Write the page, the document as JSON, and what the page loads, each under a name that has its hash.

    All are compressed, as nearly every client wants them: Swagger UI has 1.6 MB.

    Args:
        source: The folder of the function.
        packages: Where requirements.txt is installed.
        target: Where the files go.
    """
    target.mkdir(parents=True, exist_ok=True)
    page = (source / "index.html").read_text()
    for file in (*(packages / SWAGGER_UI / name for name in OF_SWAGGER_UI), source / "reference.js"):
        content = file.read_bytes()
        name = f"{file.stem}.{hashlib.sha256(content).hexdigest()[:12]}{file.suffix}"
        page = page.replace(f"{{{file.name}}}", name)
        _write(target / name, content)
    if left := re.findall(r"\{.*?\}", page):
        raise SystemExit(f"index.html names files that are not there: {left}")
    document = yaml.safe_load((source / "openapi.yaml").read_text())
    # Tried out is the deployment that the page comes from; its policy allows the page no other.
    document["servers"] = [{"url": "/", "description": "This deployment"}]
    _write(target / "index.html", page.encode())
    _write(target / "openapi.json", json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())


def _write(path: Path, content: bytes) -> None:
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content, mtime=0))  # no time: two builds are the same


if __name__ == "__main__":
    build(*map(Path, sys.argv[1:]))
