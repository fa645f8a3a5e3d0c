"""Operations under way are brought to their end by whoever comes by, by many at once, and whatever the others do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from threading import Thread
from types import SimpleNamespace

import pytest

from sheaf.domain.identity import AccountId
from sheaf.domain.project import ProjectFields
from sheaf.domain.values import Id
from sheaf.store import keys, projects, tasks, time_entries
from sheaf.store.resumable import creation, operations, removal, resume
from sheaf.store.resumable.operations import PendingOperations, ResumableOperation
from sheaf.store.transactions import StaleError, commit
from tests.store.audit import assert_sound
from tests.store.faults import AFTER_CALL, CrashError, hooked, recorded
from tests.store.stored_records import ACCOUNT, NOW, Spent, assignment, client, populate, project, task, visible_records
from tests.support.table import rows

OTHER = AccountId(2)
FIELDS = ProjectFields(client_id=Id(1), name="New")


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch, timeless: None) -> None:
    """One assignment or entry a step, and never all in one."""
    for module in (creation, removal):
        monkeypatch.setattr(module, "IN_ONE", 0)
        monkeypatch.setattr(module, "CHUNK", 1)
    monkeypatch.setattr(removal, "ENTRIES", 1)


def _account() -> None:
    """Two projects with three tasks each, which are default tasks too, and some time."""
    assignments = [assignment(10 * p + t, p, t) for p in (1, 2) for t in (1, 2, 3)]
    spent = [Spent(id=n, assignment=assignments[n % 3], user=n % 3 + 1) for n in range(1, 6)]
    populate(
        client(1), project(1), project(2), *(task(n, is_default=True) for n in (1, 2, 3)), *assignments, *spent[:3]
    )


ACTS: dict[str, Callable[[], object]] = {
    "create_project": lambda: projects.create(ACCOUNT, FIELDS, NOW),
    "remove_task": lambda: tasks.delete(ACCOUNT, Id(1), NOW),
    "remove_project": lambda: projects.delete(ACCOUNT, Id(1), NOW),
}


def _begin(act: Callable[[], object]) -> None:
    """Do something and die right after its first transaction."""

    def die(**_: object) -> None:
        raise CrashError

    with hooked(AFTER_CALL, die, "TransactWriteItems"), pytest.raises(CrashError):
        act()


@pytest.fixture
def begun(table: str, request: pytest.FixtureRequest) -> str:
    """An operation of the kind that is asked for, begun and left lying."""
    _account()
    if request.param == "remove_task":
        for number in (1, 2, 3):
            _without_time(number)
    _begin(ACTS[request.param])
    return str(request.param)


def _without_time(number: int) -> None:
    time_entries.delete(ACCOUNT, Id(number), lambda _: None)


@pytest.mark.parametrize("begun", ACTS, indirect=True)
def test_an_operation_is_known_while_it_is_under_way(begun: str) -> None:
    (operation,) = operations.of_account(ACCOUNT)
    assert (operation.kind, operation.id, operation.item["started_at"]) == (begun, 1, {"S": NOW})
    assert list(operations.of_all_accounts()) == [(ACCOUNT, Id(1))]
    assert operations.find(ACCOUNT, Id(1)) == operation
    hidden = operations.pending(ACCOUNT)
    subject = frozenset({operation.subject_id})
    assert (
        hidden
        == {
            "create_project": PendingOperations(hidden_projects=subject),
            "remove_task": PendingOperations(hidden_tasks=subject),
            "remove_project": PendingOperations(hidden_projects=subject, removed_entries=hidden.removed_entries),
        }[begun]
    )


@pytest.mark.parametrize("begun", ACTS, indirect=True)
def test_the_repair_brings_everything_to_its_end_and_finds_nothing_after_that(begun: str) -> None:
    assert resume.resume_all(seconds=20) == 1
    assert_sound(ACCOUNT)
    assert operations.pending(ACCOUNT) == PendingOperations()
    with recorded() as calls:
        assert resume.resume_all(seconds=20) == 0
    assert [call.operation for call in calls] == ["Query"]


@pytest.mark.parametrize("begun", ACTS, indirect=True)
def test_many_repairs_at_once_do_no_step_twice(begun: str) -> None:
    faults: list[Exception] = []

    def work() -> None:
        try:
            resume.resume_all(seconds=20)
        except Exception as fault:  # noqa: BLE001 - reported by the test itself
            faults.append(fault)

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    assert list(operations.of_all_accounts()) == []
    assert_sound(ACCOUNT)
    visible_records()


@pytest.mark.parametrize("begun", ACTS, indirect=True)
def test_a_repair_in_step_with_another_does_no_step_twice(begun: str, pauses: list[float]) -> None:
    """Before each transaction of the one the other comes by and does a step of its own."""
    inside: list[bool] = []

    def overtake(**_: object) -> None:
        if not inside:
            inside.append(True)
            with _patience_for(1):
                resume.resume_all(seconds=20)
            inside.clear()

    with hooked("before-call", overtake, "TransactWriteItems"):
        resume.resume_all(seconds=20)
    resume.resume_all(seconds=20)
    assert_sound(ACCOUNT)


@contextmanager
def _patience_for(steps: int) -> Iterator[None]:
    """Let a repair have its time up after so many steps: it looks at the clock before each, and twice at first."""
    looks = chain([0.0] * (3 + steps), repeat(99.0))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(resume, "time", SimpleNamespace(monotonic=lambda: next(looks)))
        yield


@pytest.mark.parametrize("begun", ["remove_project"], indirect=True)
def test_a_repair_whose_time_is_up_leaves_the_rest_to_the_next(begun: str) -> None:
    with _patience_for(1):
        assert resume.resume_all(seconds=20) == 0
    assert len(list(operations.of_all_accounts())) == 1
    visible_records()
    assert resume.resume_all(seconds=20) == 1
    assert_sound(ACCOUNT)


# ------------------------------------------------------------ poison


def _poison(account_id: AccountId, operation_id: int) -> None:
    """An operation that nobody can read."""
    commit(operations.begin(account_id, _broken(operation_id)))


def _broken(operation_id: int) -> ResumableOperation:
    return ResumableOperation(Id(operation_id), "create_project", Id(99), {"started_at": {"S": NOW}})


@pytest.mark.parametrize("account_id", [ACCOUNT, OTHER, AccountId(10)])
@pytest.mark.parametrize("begun", ["remove_project"], indirect=True)
def test_an_operation_that_cannot_go_on_keeps_no_other_from_its_end(begun: str, account_id: AccountId) -> None:
    for number in (0, 5):
        _poison(account_id, number)
    with pytest.raises(ExceptionGroup) as fault:
        resume.resume_all(seconds=20)
    assert [type(exception) for exception in fault.value.exceptions] == [KeyError, KeyError]
    left = [operation_id for _, operation_id in operations.of_all_accounts()]
    assert sorted(left) == [0, 5]
    assert keys.open_operation(ACCOUNT, Id(1))["sk"]["S"] not in [sk for _, sk in rows()]


def test_an_operation_that_is_always_stale_uses_up_no_more_than_its_share(
    table: str, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    _account()
    _begin(ACTS["remove_project"])
    _poison(AccountId(10), 1)
    clock = iter(range(10**6))
    monkeypatch.setattr(resume, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))

    def always_stale(_account_id: AccountId, _operation: ResumableOperation) -> bool:
        raise StaleError

    monkeypatch.setitem(resume._STEPS, "create_project", [always_stale])
    assert resume.resume_all(seconds=200) == 1
    assert [account_id for account_id, _ in operations.of_all_accounts()] == [AccountId(10)]
    assert_sound_but_for_poison()


def assert_sound_but_for_poison() -> None:
    commit(operations.end(AccountId(10), _broken(1)))
    assert_sound(ACCOUNT)


# ------------------------------------------------------------ settling


@pytest.mark.parametrize("begun", ACTS, indirect=True)
def test_settling_leaves_nothing_that_stands_in_the_way_of_a_decision(begun: str) -> None:
    assert resume.finish_pending(ACCOUNT) is True
    assert [operation.kind for operation in operations.of_account(ACCOUNT)] == (
        ["remove_project"] if begun == "remove_project" else []
    )
    resume.resume_all(seconds=20)
    assert_sound(ACCOUNT)


def test_an_account_without_operations_is_settled_with_one_look(table: str) -> None:
    with recorded() as calls:
        assert resume.finish_pending(ACCOUNT) is False
    assert [call.operation for call in calls] == ["Query"]
