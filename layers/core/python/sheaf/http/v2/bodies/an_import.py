"""http: the body of an import."""

from typing import Any

from sheaf.domain.imports.transfer import clean_file_name, clean_kind
from sheaf.http.v2.bodies.model import Body, Flag, Text


class ImportBody(Body):
    """POST /v2/imports."""

    kind: Text = None
    dry_run: Flag = None
    file_name: Text = None

    def _given(self) -> dict[str, Any]:
        checks = {"kind": clean_kind, "file_name": clean_file_name}
        return {name: checks[name](value) if name in checks else value for name, value in super()._given().items()}
