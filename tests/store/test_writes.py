"""Many writes as one: what a failed condition means, and what happens when others get in the way."""

import json
import random
from collections.abc import Callable

import pytest

from sheaf.backoff import SECONDS
from sheaf.domain.errors import BusyError
from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id
from sheaf.store import keys
from sheaf.store.merging import merged
from sheaf.store.transactions import StaleError, Write, commit, pause, retried
from sheaf.store.writes import count, delete_if, put_changed, put_new, update
from tests.store.faults import answering, cancelled, error, losing_answer, misreporting, recorded
from tests.support.table import row, rows

ACCOUNT = AccountId(1)
REFUSALS = [ValueError(f"write {number} was refused") for number in range(5)]


def _key(number: int) -> keys.Key:
    return keys.record(ACCOUNT, "TASK", Id(number))


def _put(number: int, value: str = "new") -> Write:
    return put_new({**_key(number), "value": {"S": value}}, REFUSALS[number])


def _value(number: int) -> str | None:
    item = row(_key(number))
    return None if item is None else str(item["value"]["S"])


# ------------------------------------------------------------ many records in one transaction


def _free(number: int, record_id: str) -> Write:
    return delete_if(_key(number), "record_id = :mine", {":mine": {"S": record_id}}, REFUSALS[number])


def _claim(number: int, record_id: str) -> Write:
    return put_new({**_key(number), "record_id": {"S": record_id}}, REFUSALS[number])


def _count(number: int, condition: str = "", **amounts: int) -> Write:
    return count(_key(number), amounts, condition, REFUSALS[number])


def test_what_is_counted_on_one_item_adds_up(table: str) -> None:
    writes = merged([_count(1, active=1, archived=0), _count(2, active=5), _count(1, archived=2, active=-3)])
    commit(writes)
    assert len(writes) == 2
    assert row(_key(1)) == {**_key(1), "active": {"N": "-2"}, "archived": {"N": "2"}}
    assert row(_key(2)) == {**_key(2), "active": {"N": "5"}}


def test_what_is_counted_is_still_counted_under_its_condition(table: str) -> None:
    with pytest.raises(StaleError):
        commit(merged([_count(1, "attribute_exists(pk)", active=1), _count(1, "attribute_exists(pk)", active=1)]))
    assert row(_key(1)) is None


def test_what_is_counted_on_a_new_item_goes_into_it(table: str) -> None:
    new = put_new({**_key(1), "active": {"N": "1"}, "name": {"S": "x"}}, REFUSALS[1])
    commit(merged([_count(1, "attribute_exists(pk)", active=2), new]))
    assert row(_key(1)) == {**_key(1), "active": {"N": "3"}, "name": {"S": "x"}}
    with pytest.raises(StaleError):
        commit(merged([new, _count(1, active=2)]))


def test_records_exchange_what_each_has_claimed(table: str) -> None:
    commit([_claim(1, "a"), _claim(2, "b")])
    commit(merged([_free(1, "a"), _claim(2, "a"), _free(2, "b"), _claim(1, "b")]))
    assert [row(_key(number)) for number in (1, 2)] == [
        {**_key(1), "record_id": {"S": "b"}},
        {**_key(2), "record_id": {"S": "a"}},
    ]


def test_a_claim_is_handed_over_only_by_the_record_that_has_it(table: str) -> None:
    commit([_claim(1, "somebody else")])
    with pytest.raises(StaleError):
        commit(merged([_free(1, "a"), _claim(1, "b")]))
    assert row(_key(1)) == {**_key(1), "record_id": {"S": "somebody else"}}


@pytest.mark.parametrize("writes", [[_put(1)], [_free(1, "a")], [_count(1, "attribute_exists(pk)", active=1)]])
def test_whatever_is_refused_at_once_is_to_be_read_again(table: str, writes: list[Write]) -> None:
    commit([_put(1)] if writes[0].action == "Put" else [_put(2)])
    with pytest.raises(StaleError):
        commit(merged(writes))


@pytest.mark.parametrize(
    "writes",
    [
        [_put(1), _put(1)],
        [_free(1, "a"), put_changed({**_key(1)}, 1)],
        [put_changed({**_key(1), "active": {"N": "1"}}, 1), _count(1, active=1)],
        [_put(1), update(_key(1), "SET n = :two", {":two": {"N": "2"}})],
        [_count(1, active=1), _count(1, "attribute_exists(pk)", active=1)],
        [_count(1, active=1), update(_key(1), "SET n = :two", {":two": {"N": "2"}})],
    ],
)
def test_writes_that_exclude_each_other_are_never_made_one(writes: list[Write]) -> None:
    with pytest.raises(ValueError, match=r"of one item exclude each other: \('ACCOUNT#1#TASK', '0+1'\)$"):
        merged(writes)


# ------------------------------------------------------------ all or nothing


def test_all_the_writes_are_carried_out(table: str) -> None:
    commit([_put(1)])
    changed = update(_key(2), "SET n = :two", {":two": {"N": "2"}})
    commit([delete_if(_key(1), "pk = :pk", {":pk": _key(1)["pk"]}, REFUSALS[1]), changed, _put(3)])
    assert [row(_key(number)) for number in (1, 2, 3)] == [
        None,
        {**_key(2), "n": {"N": "2"}},
        {**_key(3), "value": {"S": "new"}},
    ]


@pytest.mark.parametrize("refused", range(4))
def test_the_write_whose_condition_fails_says_why_and_nothing_is_written(table: str, refused: int) -> None:
    commit([_put(refused, "old")])
    before = rows()
    with pytest.raises(ValueError, match=f"^write {refused} was refused$"):
        commit([_put(number) for number in range(4)])
    assert rows() == before


def test_of_several_failed_conditions_the_first_write_says_why(table: str) -> None:
    commit([_put(1, "old"), _put(2, "old")])
    with pytest.raises(ValueError, match=r"^write 1 was refused$"):
        commit([_put(0), _put(1), _put(2)])


def test_a_write_alone_is_no_transaction(table: str) -> None:
    with recorded() as calls:
        commit([_put(1)])
        commit([update(_key(1), "SET seen = :yes", {":yes": {"BOOL": True}})])
        commit([delete_if(_key(1), "seen = :yes", {":yes": {"BOOL": True}}, REFUSALS[1])])
    assert [call.operation for call in calls] == ["PutItem", "UpdateItem", "DeleteItem"]
    assert rows() == {}


@pytest.mark.parametrize(
    "write",
    [
        lambda: _put(1),
        lambda: update(_key(2), "SET a = :a", {":a": {"S": "x"}}, "attribute_exists(pk)", REFUSALS[1]),
        lambda: delete_if(_key(1), "pk = :a", {":a": {"S": "x"}}, REFUSALS[1]),
    ],
    ids=["put", "update", "delete"],
)
def test_a_write_alone_is_refused_like_one_of_many(table: str, write: Callable[[], Write]) -> None:
    commit([_put(1, "old")])
    before = rows()
    with pytest.raises(ValueError, match=r"^write 1 was refused$"):
        commit([write()])
    assert rows() == before


@pytest.mark.parametrize("others", [0, 1], ids=["alone", "of many"])
def test_a_record_is_replaced_only_in_the_version_that_was_read(table: str, others: int) -> None:
    beside = [_put(2)] * others
    first = {**_key(1), "version": {"N": "1"}}
    commit([put_new(first, REFUSALS[1])])
    with pytest.raises(StaleError):
        commit([put_changed({**_key(1), "version": {"N": "3"}}, previous_version=2), *beside])
    commit([put_changed({**_key(1), "version": {"N": "2"}}, previous_version=1), *beside])
    assert row(_key(1)) == {**_key(1), "version": {"N": "2"}}


@pytest.mark.parametrize("others", [0, 1], ids=["alone", "of many"])
def test_a_record_that_is_gone_is_not_replaced(table: str, others: int) -> None:
    with pytest.raises(StaleError):
        commit([put_changed({**_key(1), "version": {"N": "2"}}, previous_version=1), *[_put(2)] * others])
    assert rows() == {}


def test_a_condition_that_names_no_refusal_of_its_own_makes_the_reader_read_again(table: str) -> None:
    with pytest.raises(StaleError):
        commit([update(_key(1), "SET a = :a", {":a": {"S": "x"}}, condition="attribute_exists(pk)")])


# ------------------------------------------------------------ others in the way

CONFLICTS = [
    cancelled("None", "TransactionConflict"),
    cancelled("TransactionConflict", "None"),
    cancelled("None", "ThrottlingError"),
    cancelled("ProvisionedThroughputExceeded", "None"),
    error("TransactionInProgressException"),
]


@pytest.mark.parametrize("answer", CONFLICTS, ids=json.dumps)
@pytest.mark.parametrize("times", [1, 20])
def test_a_transaction_that_met_another_is_tried_again(
    table: str, pauses: list[float], answer: dict[str, object], times: int
) -> None:
    with answering("TransactWriteItems", [answer] * times) as left, recorded() as calls:
        commit([_put(1), _put(2)])
    assert left == []
    assert [_value(1), _value(2)] == ["new", "new"]
    assert len(pauses) == times
    assert len(calls) == times + 1


@pytest.mark.parametrize("answer", CONFLICTS, ids=json.dumps)
def test_a_transaction_that_keeps_meeting_others_gives_up_and_wrote_nothing(
    table: str, pauses: list[float], answer: dict[str, object]
) -> None:
    with answering("TransactWriteItems", [answer] * 1_000) as left, pytest.raises(BusyError):
        commit([_put(1), _put(2)])
    assert len(left) == 1_000 - (len(pauses) + 1)
    assert 6 < sum(pauses) < SECONDS
    assert rows() == {}


@pytest.mark.parametrize("code", ["TransactionConflictException"])
def test_a_write_alone_that_met_a_transaction_is_tried_again(table: str, pauses: list[float], code: str) -> None:
    with answering("PutItem", [error(code)] * 3) as left:
        commit([_put(1)])
    assert left == []
    assert _value(1) == "new"
    assert len(pauses) == 3


def test_a_write_alone_that_keeps_meeting_transactions_gives_up(table: str, pauses: list[float]) -> None:
    with answering("PutItem", [error("TransactionConflictException")] * 1_000) as left, pytest.raises(BusyError):
        commit([_put(1)])
    assert len(left) == 1_000 - (len(pauses) + 1)
    assert rows() == {}


def test_a_failed_condition_counts_more_than_a_conflict_beside_it(table: str, pauses: list[float]) -> None:
    answer = cancelled("TransactionConflict", "ConditionalCheckFailed")
    with answering("TransactWriteItems", [answer]), pytest.raises(ValueError, match=r"^write 2 was refused$"):
        commit([_put(1), _put(2)])
    assert pauses == []


@pytest.mark.parametrize(
    "answer",
    [cancelled("None", "ItemCollectionSizeLimitExceeded"), cancelled("ValidationError"), error("ValidationException")],
    ids=json.dumps,
)
def test_what_no_repetition_can_mend_is_not_repeated(
    table: str, pauses: list[float], answer: dict[str, object]
) -> None:
    with answering("TransactWriteItems", [answer] * 2) as left, pytest.raises(Exception, match="made up by a test"):
        commit([_put(1), _put(2)])
    assert (len(left), pauses) == (1, [])


def test_a_transaction_that_was_still_under_way_is_not_carried_out_twice(table: str, pauses: list[float]) -> None:
    step = [update(_key(number), "ADD n :one", {":one": {"N": "1"}}) for number in (1, 2)]
    with misreporting("TransactWriteItems", error("TransactionInProgressException")) as left:
        commit([*step, _put(3)])
    assert left == []
    assert [(row(_key(number)) or {})["n"] for number in (1, 2)] == [{"N": "1"}, {"N": "1"}]


def test_two_transactions_of_the_same_writes_are_two_transactions(table: str) -> None:
    step = [update(_key(number), "ADD n :one", {":one": {"N": "1"}}) for number in (1, 2)]
    commit(step)
    commit(step)
    assert [(row(_key(number)) or {})["n"] for number in (1, 2)] == [{"N": "2"}, {"N": "2"}]


def test_a_transaction_whose_answer_was_lost_is_not_carried_out_twice(table: str, pauses: list[float]) -> None:
    step = [update(_key(number), "ADD n :one", {":one": {"N": "1"}}) for number in (1, 2)]
    with losing_answer("TransactWriteItems") as lost:
        commit([*step, _put(3)])
    assert lost == ["TransactWriteItems"]
    assert [(row(_key(number)) or {})["n"] for number in (1, 2)] == [{"N": "1"}, {"N": "1"}]


# ------------------------------------------------------------ read, decide and write again


def test_a_stale_decision_is_made_again(pauses: list[float]) -> None:
    stale = [StaleError(), StaleError()]

    def decide() -> str:
        if stale:
            raise stale.pop()
        return "decided"

    assert retried(decide) == "decided"
    assert len(pauses) == 2


def test_a_decision_that_is_always_stale_is_given_up(pauses: list[float]) -> None:
    made: list[int] = []

    def decide() -> None:
        made.append(1)
        raise StaleError

    with pytest.raises(BusyError):
        retried(decide)
    assert len(made) == len(pauses) + 1
    assert 6 < sum(pauses) < SECONDS


def test_any_other_refusal_is_final(pauses: list[float]) -> None:
    def decide() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match=r"^no$"):
        retried(decide)
    assert pauses == []


@pytest.mark.parametrize("attempt", range(10))
def test_a_pause_is_a_random_part_of_a_span_that_doubles_up_to_its_bound(
    pauses: list[float], monkeypatch: pytest.MonkeyPatch, attempt: int
) -> None:
    spans: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        spans.append((low, high))
        return high / 3

    monkeypatch.setattr(random, "uniform", uniform)
    pause(attempt)
    span = min(0.4, 0.02 * 2**attempt)
    assert spans == [(0, span)]
    assert pauses == [span / 3]
