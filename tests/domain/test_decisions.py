"""Decisions on rows about named records, against the plainest rule there is: carry out all that goes together."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations

from hypothesis import event, given
from hypothesis import strategies as st

from sheaf.domain.bulk_import.decisions import NEW, Decision, Known, Wish, decide, places, refused, too_large
from sheaf.domain.bulk_import.rows import Outcome, RowError, Verdict
from sheaf.domain.errors import InvalidError
from sheaf.domain.values import Id, Timestamp

TAKEN = RowError("name", "taken")
LONG_AGO = Timestamp("2020-01-01T00:00:00Z")


@dataclass(frozen=True)
class Thing:
    """A record with nothing but a name and a shade."""

    id: Id
    name: str
    shade: int = 0
    updated_at: Timestamp = LONG_AGO
    version: int = 1


@dataclass(frozen=True)
class Said:
    """What a row says of a thing."""

    number: int
    record: Id | None = None
    name: str | None = None
    shade: int = 0

    def wish(self) -> Wish[Thing]:
        def new() -> Thing:
            if self.name is None:
                raise RowError("name", "blank")
            return Thing(self.record or NEW, self.name, self.shade)

        def over(thing: Thing) -> Thing:
            after = replace(thing, name=self.name or thing.name, shade=self.shade)
            return thing if after == thing else after

        return Wish(self.number, self.record, self.name, (self.record, self.name, self.shade), new, over)


def known(things: Iterable[Thing]) -> Known[Thing]:
    records = {one.id: one for one in things}
    return Known(records, {one.name: one.id for one in records.values()}, lambda one: one.name, TAKEN, "thing")


def decided(things: Iterable[Thing], rows: Sequence[Said]) -> dict[int, Decision[Thing]]:
    found = decide([one.wish() for one in rows], known(things))
    return {one.number: decision for one, decision in zip(rows, found, strict=True)}


def after(things: Iterable[Thing], decisions: Mapping[int, Decision[Thing]]) -> Counter[tuple[str, int, bool]]:
    """The things as they are then; new ones without an id of their own are told from the others by that alone."""
    records = {one.id: one for one in things}
    new = []
    for one in decisions.values():
        if one.after is not None and one.after.id != NEW:
            records[one.after.id] = one.after
        elif one.after is not None:
            new.append(one.after)
    return Counter((one.name, one.shade, one.id == NEW) for one in chain(records.values(), new))


contents = st.lists(
    st.tuples(
        st.none() | st.integers(1, 5).map(Id), st.none() | st.sampled_from("ABCDE"), st.sampled_from([0, 0, 0, 1])
    ),
    min_size=1,
    max_size=5,
)

rows = contents.flatmap(lambda said: st.lists(st.sampled_from(said), max_size=2).map(lambda more: said + more)).map(
    lambda said: [Said(number, *one) for number, one in enumerate(said, start=1)]
)

worlds = st.lists(st.sampled_from("ABCDE"), unique=True, max_size=5).map(
    lambda names: [Thing(Id(number), name) for number, name in enumerate(names, start=1)]
)


# ------------------------------------------------------------ the plain rule


def plainly(things: Sequence[Thing], rows: Sequence[Said]) -> dict[int, Outcome]:
    """What each row comes to, by trying all sets of rows and taking together those that leave no name twice."""
    first: dict[object, Said] = {}
    for one in rows:
        first.setdefault((one.record, one.name, one.shade), one)
    told = list(first.values())
    alone = [one for one in told if not any(_about_one(things, rows, one, each) for each in told if each is not one)]
    able = [one for one in alone if one.name is not None or _of(things, rows, one) is not None]
    together: set[int] = set()
    for some in chain.from_iterable(combinations(able, size) for size in range(len(able) + 1)):
        finally_ = _finally(things, rows, some)
        if len({one.name for one in finally_}) == len(finally_):
            together |= {one.number for one in some}
    return dict(_told(things, rows, first, together))


def _told(
    things: Sequence[Thing], rows: Sequence[Said], first: Mapping[object, Said], together: set[int]
) -> Iterator[tuple[int, Outcome]]:
    for one in rows:
        leader = first[one.record, one.name, one.shade]
        before = _of(things, rows, leader)
        if leader.number not in together:
            yield one.number, Outcome.FAILED
        elif one is not leader or (
            before and (leader.name or before.name, leader.shade) == (before.name, before.shade)
        ):
            yield one.number, Outcome.UNCHANGED
        else:
            yield one.number, Outcome.UPDATED if before else Outcome.CREATED


def _of(things: Sequence[Thing], rows: Sequence[Said], said: Said) -> Thing | None:
    """The thing that a row is about, if it is there."""
    if said.record is not None:
        return next((one for one in things if one.id == said.record), None)
    by_id = {one.record for one in rows}
    return next((one for one in things if one.name == said.name and one.id not in by_id), None)


def _about_one(things: Sequence[Thing], rows: Sequence[Said], one: Said, other: Said) -> bool:
    if one.record is not None and one.record == other.record:
        return True
    names = [each.name or getattr(_of(things, rows, each), "name", None) for each in (one, other)]
    return names[0] is not None and names[0] == names[1]


def _finally(things: Sequence[Thing], rows: Sequence[Said], some: Sequence[Said]) -> list[Thing]:
    records = {one.id: one for one in things}
    new = []
    for said in some:
        before = _of(things, rows, said)
        if before is not None:
            records[before.id] = replace(before, name=said.name or before.name)
        else:
            new.append(Thing(NEW, said.name or ""))
    return [*records.values(), *new]


@given(worlds, rows)
def test_as_much_is_carried_out_as_leaves_no_name_twice(things: list[Thing], rows: list[Said]) -> None:
    decisions = decided(things, rows)
    outcomes = {number: one.verdict.outcome for number, one in decisions.items()}
    for one in outcomes.values():
        event(one)
    assert outcomes == plainly(things, rows)
    names = [name for name, _, _ in after(things, decisions).elements()]
    assert len(names) == len(set(names))


# ------------------------------------------------------------ laws


@given(worlds, rows, st.randoms())
def test_the_order_of_rows_makes_no_difference(things: list[Thing], rows: list[Said], shuffled: object) -> None:
    first = decided(things, rows)
    shuffled.shuffle(rows)  # type: ignore[attr-defined]
    assert decided(things, rows) == first


@given(worlds, rows, st.data())
def test_their_numbers_only_choose_among_rows_that_say_the_same(
    things: list[Thing], rows: list[Said], data: st.DataObject
) -> None:
    numbers = data.draw(st.permutations([one.number for one in rows]))
    renumbered = [replace(one, number=number) for one, number in zip(rows, numbers, strict=True)]
    first, second = decided(things, rows), decided(things, renumbered)
    assert after(things, first) == after(things, second)
    assert _by_content(rows, first) == _by_content(renumbered, second)


def _by_content(rows: Iterable[Said], decisions: Mapping[int, Decision[Thing]]) -> Counter[object]:
    return Counter((replace(one, number=0), decisions[one.number].verdict.outcome) for one in rows)


@given(worlds, rows)
def test_what_was_carried_out_is_unchanged_the_next_time_and_what_failed_fails_again(
    things: list[Thing], rows: list[Said]
) -> None:
    first = decided(things, rows)
    ids = iter(range(100, 200))
    records = {one.id: one for one in things}
    for one in first.values():
        if one.after is not None:
            made = replace(one.after, id=Id(next(ids))) if one.after.id == NEW else one.after
            records[made.id] = made
    second = decided(records.values(), rows)
    unchanged = {
        number: one.verdict if one.verdict.outcome is Outcome.FAILED else Verdict(number, Outcome.UNCHANGED)
        for number, one in first.items()
    }
    assert {number: one.verdict for number, one in second.items()} == unchanged
    assert all(one.after is None for one in second.values())


@given(worlds, rows)
def test_the_places_that_are_looked_up_are_all_that_the_decision_needs(things: list[Thing], rows: list[Said]) -> None:
    whole = known(things)
    wishes = [one.wish() for one in rows]
    meant = {each.record for each in rows}
    by_id = {record_id: one for record_id, one in whole.records.items() if record_id in meant}
    wanted = places(wishes, by_id, whole.place_of)
    holders = {name: one for name, one in whole.holders.items() if name in wanted or one in by_id}
    assert decide(wishes, replace(whole, holders=holders)) == decide(wishes, whole)


# ------------------------------------------------------------ examples


def test_a_row_that_was_refused_from_the_start_says_why() -> None:
    wishes: list[Wish[Thing]] = [
        refused(1, RowError("shade", "none")),
        refused(2, RowError("shade", "none")),
        refused(3, RowError("shade", "none"), Id(7), "a"),
        refused(4, RowError("shade", "none"), Id(8), "a"),
    ]
    reasons = [Decision[Thing](Verdict(number, Outcome.FAILED, "shade", "none")) for number in range(1, 5)]
    assert decide(wishes, known([])) == reasons


def test_a_row_that_is_refused_still_contradicts_another_about_the_same_record() -> None:
    wishes = [refused(1, RowError("shade", "none"), Id(7), "a"), Said(2, Id(7), "A").wish()]
    message = "Rows 1 and 2 say different things about the same thing"
    assert [one.verdict.message for one in decide(wishes, known([Thing(Id(7), "A")]))] == [message, message]


def test_a_refusal_that_names_no_field_is_told_without_one() -> None:
    def refuse(*_: object) -> Thing:
        raise InvalidError("no")

    (found,) = decide([Wish(1, None, None, 1, refuse, refuse)], known([]))
    assert found == Decision(Verdict(1, Outcome.FAILED, "", "no"))


def test_of_a_group_that_is_too_large_only_what_would_be_written_fails() -> None:
    made = Thing(Id(1), "A")
    verdicts = [Verdict(number, outcome) for number, outcome in enumerate(Outcome)]
    found = too_large([Decision(one, None, made) for one in verdicts], "thing")
    assert [one.verdict.outcome for one in found] == [
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
