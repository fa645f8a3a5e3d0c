"""`sheaf task`: what is done to tasks for many projects at once."""

import sys
from argparse import Namespace
from collections.abc import Callable

from sheaf.domain.bulk import NewAssignment
from sheaf.domain.errors import InvalidError, NotFoundError, SheafError
from sheaf.domain.task import require_mergeable
from sheaf.domain.task_assignment import AssignedTask, TaskTakenError, default_fields
from sheaf.domain.values import Timestamp
from sheaf.store import accounts, deleted_tasks, projects, tasks, time_guard
from sheaf.store.bulk.task_assignments import AssignmentChanges
from tools.cli import arguments, deployment, output
from tools.cli.arguments import Parser

_MOST = 1_000_000  # projects of an account
_AT_ONCE = 1000


def add_commands(task: Parser) -> None:
    """Describe the commands to the parser of `sheaf task`."""
    commands = task.add_subparsers(required=True, metavar="COMMAND")
    assign = commands.add_parser(
        "assign",
        help="assign a task to many projects",
        description="Assign a task to projects, at the task's rate. It asks first, and says how many projects that"
        " are. It may be repeated: projects that have the task stay as they are.",
        examples="  sheaf task assign 7 --account 1 --all-active",
    )
    which = assign.add_mutually_exclusive_group(required=True)
    which.add_argument("--all-active", action="store_true", help="to all active projects")
    which.add_argument(
        "--project", metavar="ID", type=arguments.project_id, action="append", help="to this one; may be repeated"
    )
    _complete(assign, _assign, "the task")
    merge = commands.add_parser(
        "merge",
        help="let a task become part of another",
        description="All time and all assignments of a task belong to another one, and the task is gone for good."
        " It asks first, and says how much that is.",
        examples="  sheaf task merge 7 --into 3 --account 1",
    )
    merge.add_argument("--into", metavar="ID", type=arguments.task_id, required=True, help="the task that stays")
    _complete(merge, _merge, "the task that goes")
    restore = commands.add_parser(
        "restore",
        help="restore a deleted task",
        description="Restore a task that was deleted in the last 30 days, with its assignments to projects that are"
        " still there. It asks first, and says how many assignments that are.",
        examples="  sheaf task restore 7 --account 1",
    )
    _complete(restore, _restore, "the task")


def _complete(command: Parser, run: Callable[[Namespace, Timestamp], int], task: str) -> None:
    """What all these commands have: the function that runs, the task, its account, and that nobody is asked."""
    command.set_defaults(run=run, parser=command)
    command.add_argument("task", metavar="ID", type=arguments.task_id, help=task)
    arguments.add_account(command)
    command.add_argument("--yes", action="store_true", help="do not ask")
    deployment.add_options(command)


def _merge(given: Namespace, now: Timestamp) -> int:
    """Exit status 0."""
    deployment.connect(given)
    accounts.get(given.account)
    named = tasks.get_many(given.account, {given.task, given.into})
    counts = time_guard.reference_counts(given.account, "TASK", given.task)
    if given.task not in named or counts is None:
        raise NotFoundError(f"account {given.account} has no task {given.task}")
    into = require_mergeable(given.task, given.into, named.get(given.into))
    what = f"{counts.time_entries} time entries and {counts.active + counts.archived} assignments"
    question = f'Merge "{named[given.task].name}", with {what}, into "{into.name}" of account {given.account}?'
    _confirm(question, is_sure=given.yes)
    tasks.merge(given.account, given.task, given.into, now)
    output.tell(f'"{named[given.task].name}" is part of "{into.name}" now')
    return 0


def _restore(given: Namespace, now: Timestamp) -> int:
    """Exit status 0."""
    deployment.connect(given)
    accounts.get(given.account)
    try:
        name = deleted_tasks.get(given.account, given.task, now).task.name
    except NotFoundError:
        raise NotFoundError(f"account {given.account} has no task {given.task} that can be restored") from None
    kept = deleted_tasks.assignments_of(given.account, given.task, _AT_ONCE)
    known = projects.get_many(given.account, {assignment.project_id for assignment in kept})
    _confirm(f'Restore "{name}" of account {given.account} with {len(known)} assignments?', is_sure=given.yes)
    tasks.restore(given.account, given.task, now)
    output.tell(f'"{name}" is restored with {len(known)} assignments')
    return 0


def _assign(given: Namespace, now: Timestamp) -> int:
    """Exit status 1 where some projects are not there."""
    deployment.connect(given)
    accounts.get(given.account)
    try:
        task = tasks.get(given.account, given.task)
    except NotFoundError:
        raise NotFoundError(f"account {given.account} has no task {given.task}") from None
    wanted = sorted(set(given.project or projects.active_ids(given.account, None, _MOST)))
    _confirm(f'Assign "{task.name}" to {len(wanted)} projects of account {given.account}?', is_sure=given.yes)
    changes = [NewAssignment(project_id, task.id, default_fields) for project_id in wanted]
    results: list[AssignedTask | SheafError] = []
    while len(results) < len(changes):
        results += AssignmentChanges(given.account, lambda _: True, now).carried_out(changes[len(results) :])
    made = sum(isinstance(result, AssignedTask) for result in results)
    taken = sum(isinstance(result, TaskTakenError) for result in results)
    output.tell(f'"{task.name}" is assigned to {made} projects more; {taken} had it before')
    missing = [project_id for project_id, each in zip(wanted, results, strict=True) if isinstance(each, NotFoundError)]
    if missing:
        output.tell(f"account {given.account} has no project {', '.join(map(str, missing))}")
    return 1 if missing else 0


def _confirm(question: str, *, is_sure: bool) -> None:
    """Have a person say yes, unless they are sure. Raises InvalidError: they do not, or there is nobody to ask."""
    if is_sure:
        return
    if not sys.stdin.isatty():
        raise InvalidError(f"{question} Say --yes where nobody can be asked")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise InvalidError("nothing was changed")
