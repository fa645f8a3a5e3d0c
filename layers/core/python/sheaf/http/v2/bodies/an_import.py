"""http: the body of an import."""

from collections.abc import Callable, Mapping
from typing import Any

from sheaf.domain.imports import transfer
from sheaf.http.v2.bodies.model import Body, Flag, Number, Text


class ImportBody(Body):
    """POST /v2/imports."""

    kind: Text = None
    dry_run: Flag = None
    file_name: Text = None
    date_format: Text = None
    decimal_symbol: Text = None
    encoding: Text = None
    default_task: Text = None
    user_id: Number = None

    def _given(self) -> dict[str, Any]:
        given = {
            name: _CHECKS[name](str(value)) if name in _CHECKS else value for name, value in super()._given().items()
        }
        return {transfer.OPTION_FIELDS.get(name, name): value for name, value in given.items()}


class UndoBody(Body):
    """POST /v2/imports/{import_id}/undo."""

    dry_run: Flag = None


_CHECKS: Mapping[str, Callable[[str], str]] = {
    **transfer.OPTIONS,
    "kind": transfer.clean_kind,
    "file_name": transfer.clean_file_name,
}
