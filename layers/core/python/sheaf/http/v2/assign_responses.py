"""http: what came of assigning a task to many projects. Harvest has no such call, so the fields are ours."""

from collections.abc import Sequence
from typing import Any

from sheaf.domain.errors import NotPermittedError, SheafError
from sheaf.domain.task_assignment import AssignedTask
from sheaf.domain.values import Id
from sheaf.http.error_responses import error_response
from sheaf.http.v2.responses import show_task_assignment


def show_assigned(
    project_ids: Sequence[Id], allowed: Sequence[Id], results: Sequence[AssignedTask | SheafError]
) -> list[dict[str, Any]]:
    """For each project what an assignment to it alone would be answered; `results` are those of the allowed ones."""
    found = dict(zip(allowed, results, strict=True))
    return [_shown(project_id, found.get(project_id, NotPermittedError())) for project_id in project_ids]


def _shown(project_id: Id, result: AssignedTask | SheafError) -> dict[str, Any]:
    if isinstance(result, AssignedTask):
        return {"project_id": project_id, "status": 201, "task_assignment": show_task_assignment(result)}
    refusal = error_response(result)
    message = refusal.body.get("message") or refusal.body["error"]
    return {"project_id": project_id, "status": refusal.status, "message": message}
