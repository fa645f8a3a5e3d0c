"""http: what came of many changes that one request asks for. Harvest has no such call, so the fields are ours."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from sheaf.domain.bulk import AssignmentChange, NewAssignment, NotReachedError, TaskChange
from sheaf.domain.errors import SheafError
from sheaf.domain.idempotency import Keep
from sheaf.domain.task import Task
from sheaf.domain.task_assignment import AssignedTask
from sheaf.http.error_responses import error_response
from sheaf.http.idempotency import Answering, Part, in_parts
from sheaf.http.request import Request
from sheaf.http.response import Response
from sheaf.http.v2.responses import show_task, show_task_assignment


def show_tasks(changes: Sequence[TaskChange], results: Sequence[Task | SheafError]) -> list[dict[str, Any]]:
    """For each result what a request for that change alone would be answered."""
    return [
        _refused(result) if isinstance(result, SheafError) else {"status": change.status, "task": show_task(result)}
        for change, result in zip(changes, results, strict=False)
    ]


def show_task_assignments(
    changes: Sequence[AssignmentChange], results: Sequence[AssignedTask | SheafError]
) -> list[dict[str, Any]]:
    """The same of task assignments."""
    return [
        _refused(result)
        if isinstance(result, SheafError)
        else {"status": change.status, "task_assignment": show_task_assignment(result)}
        for change, result in zip(changes, results, strict=False)
    ]


def show_assigned(
    changes: Sequence[NewAssignment], results: Sequence[AssignedTask | SheafError]
) -> list[dict[str, Any]]:
    """The same of one task on many projects, with the project of each."""
    shown = show_task_assignments(changes, results)
    return [{"project_id": change.project_id, **result} for change, result in zip(changes, shown, strict=False)]


class Changes[Change, Result](Protocol):
    """What makes changes: as many as one transaction holds, or all or none (see `store.bulk`)."""

    def carried_out(
        self, changes: Sequence[Change], keep: Keep[Sequence[Result | SheafError]]
    ) -> Sequence[Result | SheafError]:
        """What comes of the first of them, at least of one."""

    def all_or_none(self, changes: Sequence[Change], keep: Keep[Sequence[Result]]) -> Sequence[Result]:
        """What comes of all of them."""


def changed_one_by_one[Change, Result](
    request: Request,
    changes: Sequence[Change],
    kind: Changes[Change, Result],
    show: Callable[[Sequence[Change], Sequence[Result | SheafError]], list[dict[str, Any]]],
) -> Response:
    """The results of all changes, in their order; what goes wrong with one stops no other.

    Those for which there was no time say so; then the answer as a whole is not kept under the key of the request.

    Raises what `in_parts` raises.
    """

    def act(left: Sequence[Change], part: Part) -> list[Any]:
        return show(left, kind.carried_out(left, part.keeping(partial(show, left))))

    results = in_parts(request, changes, act)
    left = changes[len(results) :]
    results += show(left, [NotReachedError()] * len(left))
    return Response(200, {"results": results}, is_kept=bool(left))


def changed_all_or_none[Change, Result](
    request: Request,
    changes: Sequence[Change],
    kind: Changes[Change, Result],
    show: Callable[[Sequence[Change], Sequence[Result | SheafError]], list[dict[str, Any]]],
) -> Response:
    """The results of all changes, which were made in one transaction.

    Raises:
        AtomicError: one is refused, or cannot be made together with those before it. AnsweredError, BusyError.
    """
    answer = Answering[Sequence[Result]](request, lambda results: Response(200, {"results": show(changes, results)}))
    return answer.to(kind.all_or_none(changes, answer.keep))


def _refused(refusal: SheafError) -> dict[str, Any]:
    response = error_response(refusal)
    return {"status": response.status, "message": response.body.get("message") or response.body["error"]}
