"""Decisions on rows about named records, against the plainest rule there is: carry out all that goes together."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from hypothesis import event, given
from hypothesis import strategies as st

from sheaf.domain.errors import InvalidError
from sheaf.domain.imports.decisions import NEW, Decision, RowChange, Snapshot, claims_of, decide, invalid_row, too_large
from sheaf.domain.imports.rows import Outcome, RowError, Verdict
from sheaf.domain.values import Id
from tests.domain.plain_rule import Case, Said, Thing, cases

TAKEN = RowError("name", "taken")


def change(said: Said) -> RowChange[Thing]:
    """A row as it is decided on."""

    def new() -> Thing:
        if said.name is None:
            raise RowError("name", "blank")
        return Thing(said.record or NEW, said.name, said.shade)

    def over(thing: Thing) -> Thing:
        after = replace(thing, name=said.name or thing.name, shade=said.shade)
        return thing if after == thing else after

    return RowChange(said.number, said.record, said.name, said.content, new, over)


def known(things: Iterable[Thing]) -> Snapshot[Thing]:
    records = {thing.id: thing for thing in things}
    return Snapshot(
        records, {record.name: record.id for record in records.values()}, lambda record: record.name, TAKEN, "thing"
    )


def decided(things: Iterable[Thing], rows: Sequence[Said]) -> dict[int, Decision[Thing]]:
    found = decide([change(row) for row in rows], known(things))
    return {said.number: decision for said, decision in zip(rows, found, strict=True)}


def after(things: Iterable[Thing], decisions: Mapping[int, Decision[Thing]]) -> Counter[tuple[str, int]]:
    """The things as they are then."""
    records = {thing.id: thing for thing in things}
    new = []
    for decision in decisions.values():
        if decision.after is not None and decision.after.id != NEW:
            records[decision.after.id] = decision.after
        elif decision.after is not None:
            new.append(decision.after)
    return Counter((thing.name, thing.shade) for thing in chain(records.values(), new))


CASES = cases("ABCDE")


@given(CASES)
def test_as_much_is_carried_out_as_leaves_no_name_twice(case: Case) -> None:
    decisions = decided(case.things, case.rows)
    outcomes = {number: decision.verdict.outcome for number, decision in decisions.items()}
    for outcome in outcomes.values():
        event(outcome)
    assert outcomes == case.outcomes()
    assert after(case.things, decisions) == case.afterwards()


# ------------------------------------------------------------ laws


@given(CASES, st.data())
def test_the_order_of_rows_makes_no_difference(case: Case, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(case.rows))
    assert decided(case.things, shuffled) == decided(case.things, case.rows)


@given(CASES, st.data())
def test_their_numbers_only_choose_among_rows_that_say_the_same(case: Case, data: st.DataObject) -> None:
    numbers = data.draw(st.permutations([row.number for row in case.rows]))
    renumbered = [replace(said, number=number) for said, number in zip(case.rows, numbers, strict=True)]
    first, second = decided(case.things, case.rows), decided(case.things, renumbered)
    assert after(case.things, first) == after(case.things, second)
    assert _by_content(case.rows, first) == _by_content(renumbered, second)


def _by_content(rows: Iterable[Said], decisions: Mapping[int, Decision[Thing]]) -> Counter[object]:
    return Counter((row.content, decisions[row.number].verdict.outcome) for row in rows)


@given(CASES)
def test_what_was_carried_out_is_unchanged_the_next_time_and_what_failed_fails_again(case: Case) -> None:
    first = decided(case.things, case.rows)
    ids = iter(range(100, 200))
    records = {thing.id: thing for thing in case.things}
    for decision in first.values():
        if decision.after is not None:
            made = replace(decision.after, id=Id(next(ids))) if decision.after.id == NEW else decision.after
            records[made.id] = made
    second = decided(records.values(), case.rows)
    unchanged = {
        number: decision.verdict if decision.verdict.outcome is Outcome.FAILED else Verdict(number, Outcome.UNCHANGED)
        for number, decision in first.items()
    }
    assert {number: decision.verdict for number, decision in second.items()} == unchanged
    assert all(decision.after is None for decision in second.values())


@given(CASES)
def test_the_places_that_are_looked_up_are_all_that_the_decision_needs(case: Case) -> None:
    whole = known(case.things)
    changes = [change(row) for row in case.rows]
    meant = {each.record for each in case.rows}
    by_id = {record_id: thing for record_id, thing in whole.records.items() if record_id in meant}
    wanted = claims_of(changes, by_id, whole.claim_of)
    owners = {name: value for name, value in whole.owners.items() if name in wanted or value in by_id}
    assert decide(changes, replace(whole, owners=owners)) == decide(changes, whole)


# ------------------------------------------------------------ examples


def test_a_row_that_was_refused_from_the_start_says_why() -> None:
    changes: list[RowChange[Thing]] = [
        invalid_row(1, RowError("shade", "none")),
        invalid_row(2, RowError("shade", "none")),
        invalid_row(3, RowError("shade", "none"), Id(7), "a"),
        invalid_row(4, RowError("shade", "none"), Id(8), "a"),
    ]
    reasons = [Decision[Thing](Verdict(number, Outcome.FAILED, "shade", "none")) for number in range(1, 5)]
    assert decide(changes, known([])) == reasons


def test_a_row_that_is_refused_still_contradicts_another_about_the_same_record() -> None:
    changes = [invalid_row(1, RowError("shade", "none"), Id(7), "a"), change(Said(2, Id(7), "A"))]
    message = "Rows 1 and 2 say different things about the same thing"
    assert [decision.verdict.message for decision in decide(changes, known([Thing(Id(7), "A")]))] == [message, message]


def test_a_refusal_that_names_no_field_is_told_without_one() -> None:
    def refuse(*_: object) -> Thing:
        raise InvalidError("no")

    (found,) = decide([RowChange(1, None, None, 1, refuse, refuse)], known([]))
    assert found == Decision(Verdict(1, Outcome.FAILED, "", "no"))


def test_of_a_group_that_is_too_large_only_what_would_be_written_fails() -> None:
    made = Thing(Id(1), "A")
    verdicts = [Verdict(number, outcome) for number, outcome in enumerate(Outcome)]
    found = too_large([Decision(verdict, None, made) for verdict in verdicts], "thing")
    assert [decision.verdict.outcome for decision in found] == [
        Outcome.FAILED,
        Outcome.FAILED,
        Outcome.UNCHANGED,
        Outcome.FAILED,
    ]
    assert found[0] == Decision(
        Verdict(
            0,
            Outcome.FAILED,
            "name",
            "Too many things take over each other's names at once; give them other names first, in another file",
        )
    )
