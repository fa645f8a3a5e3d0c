"""http: imports as v2 shows them. Harvest has none, so their fields are ours."""

import json
from collections.abc import Mapping
from typing import Any

from sheaf.domain.identity import User
from sheaf.domain.imports.job import Import, ImportUndo
from sheaf.domain.imports.transfer import Address
from sheaf.domain.values import Id


def show_listed_import(job: Import, users: Mapping[Id, User]) -> dict[str, Any]:
    """An import as lists show it. `users` has at least its `user_ids`."""
    counts = job.counts
    return {
        "id": job.id,
        "kind": job.kind,
        "status": job.status,
        "dry_run": job.dry_run,
        "file_name": job.file_name,
        "rows": {
            "total": job.rows_total,
            "created": counts.created,
            "updated": counts.updated,
            "unchanged": counts.unchanged,
            "failed": counts.failed,
        },
        "ignored_columns": list(job.ignored_columns),
        "reading": {
            "source": job.source,
            "columns": list(job.used_columns),
            "date_format": job.date_format,
            "is_date_format_assumed": job.is_date_format_assumed,
            "decimal_symbol": job.decimal_symbol,
            "encoding": job.encoding,
            "delimiter": job.delimiter,
            "default_task": job.default_task,
            "user_id": job.time_of_user_id,
            "rows_skipped": job.rows_skipped,
        },
        "preview": list(map(json.loads, job.preview)),
        "error": job.error,
        "user": _person(job.user_id, users),
        "undo": job.undo and _show_undo(job.undo, users),
        "created_at": job.created_at,
        "updated_at": job.updated_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


def show_import(
    job: Import, users: Mapping[Id, User], report: Address | None, undo_report: Address | None = None
) -> dict[str, Any]:
    """An import by itself, with the addresses of its reports where there are any."""
    shown = show_listed_import(job, users)
    undo = shown["undo"] and {**shown["undo"], "report": undo_report and _address(undo_report)}
    return {**shown, "undo": undo, "report": report and _address(report)}


def show_new_import(job: Import, user: User, upload: Address) -> dict[str, Any]:
    """An import that awaits its file, with the address that the file goes to."""
    return {**show_import(job, {user.id: user}, None), "upload": {"method": "PUT", **_address(upload)}}


def _show_undo(undo: ImportUndo, users: Mapping[Id, User]) -> dict[str, Any]:
    return {
        "status": undo.status,
        "dry_run": undo.dry_run,
        "time_entries": {"removed": undo.time_entries_removed, "left": undo.time_entries_left},
        "records": {"removed": undo.records_removed, "left": undo.records_left},
        "user": _person(undo.user_id, users),
        "started_at": undo.started_at,
        "updated_at": undo.updated_at,
        "finished_at": undo.finished_at,
    }


def _person(user_id: Id | None, users: Mapping[Id, User]) -> dict[str, Any] | None:
    return None if user_id is None else {"id": user_id, "name": users[user_id].name}


def _address(address: Address) -> dict[str, Any]:
    return {"url": address.url, "expires_at": address.expires_at}
