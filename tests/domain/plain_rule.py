"""What rows about named records must come to, by the plainest rule: try all sets of rows, take all that go together.

Two rows that say different things about one record are in no set; no set leaves two records with one name.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations

from hypothesis import strategies as st

from sheaf.domain.imports.rows import Outcome
from sheaf.domain.values import Id, Timestamp

LONG_AGO = Timestamp("2020-01-01T00:00:00Z")


@dataclass(frozen=True)
class Thing:
    """A record with nothing but a name and a shade. A name may be a pair of an upper and a lower case letter."""

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

    @property
    def content(self) -> tuple[Id | None, str | None, int]:
        """All that it says."""
        return self.record, self.name, self.shade


@dataclass(frozen=True)
class Case:
    """Things that are there, and rows about them. Things of a kind that is not `movable` never change their names."""

    things: Sequence[Thing]
    rows: Sequence[Said]
    movable: bool = True

    def outcomes(self) -> dict[int, Outcome]:
        """What each row comes to."""
        return dict(self._outcomes())

    def afterwards(self) -> Counter[tuple[str, int]]:
        """The names and shades of all things when the rows are carried out."""
        return Counter((thing.name, thing.shade) for thing in self._finally(self._together()))

    def _outcomes(self) -> Iterator[tuple[int, Outcome]]:
        together = self._together()
        first = self._first()
        for row in self.rows:
            leader = first[row.content]
            before = self._of(leader)
            if leader not in together:
                yield row.number, Outcome.FAILED
            elif row is not leader or before == self._after(leader, before):
                yield row.number, Outcome.UNCHANGED
            else:
                yield row.number, Outcome.UPDATED if before else Outcome.CREATED

    def _first(self) -> Mapping[object, Said]:
        first: dict[object, Said] = {}
        for row in sorted(self.rows, key=lambda row: row.number):
            first.setdefault(row.content, row)
        return first

    def _together(self) -> set[Said]:
        told = list(self._first().values())
        able = [
            said
            for said in told
            if self._is_possible(said) and not any(self._about_one(said, each) for each in told if each is not said)
        ]
        together: set[Said] = set()
        for some in chain.from_iterable(combinations(able, size) for size in range(len(able) + 1)):
            names = [thing.name for thing in self._finally(some)]
            if len(set(names)) == len(names):
                together |= set(some)
        return together

    def _is_possible(self, said: Said) -> bool:
        before = self._of(said)
        return said.name is not None if before is None else self.movable or said.name in (None, before.name)

    def _of(self, said: Said) -> Thing | None:
        """The thing that a row is about, if it is there."""
        by_id = {row.record for row in self.rows}
        for thing in self.things:
            if (
                thing.id == said.record
                if said.record is not None
                else thing.name == said.name and thing.id not in by_id
            ):
                return thing
        return None

    def _about_one(self, said: Said, other: Said) -> bool:
        if said.record is not None and said.record == other.record:
            return True
        names = [each.name or getattr(self._of(each), "name", None) for each in (said, other)]
        return names[0] is not None and names[0] == names[1]

    def _after(self, said: Said, before: Thing | None) -> Thing:
        if before is None:
            return Thing(Id(0), said.name or "", said.shade)
        return replace(before, name=said.name or before.name, shade=said.shade)

    def _finally(self, some: Sequence[Said] | set[Said]) -> list[Thing]:
        found = [(said, self._of(said)) for said in some]
        touched = {before.id for _, before in found if before is not None}
        left = [thing for thing in self.things if thing.id not in touched]
        return [*left, *(self._after(said, before) for said, before in found)]


def cases(names: Sequence[str], *, movable: bool = True, ids: int = 5) -> st.SearchStrategy[Case]:
    """Small worlds, and rows that are about the same things more often than not."""
    worlds = st.lists(st.sampled_from(names), unique=True, max_size=5).map(
        lambda names: [Thing(Id(number), name) for number, name in enumerate(names, start=1)]
    )
    name = st.sampled_from(names)
    contents = st.lists(
        st.tuples(
            st.none() | st.integers(1, ids).map(Id),
            st.none() | name if movable else name,
            st.sampled_from([0, 0, 0, 1]),
        ),
        min_size=1,
        max_size=5,
    )
    rows = contents.flatmap(lambda said: st.lists(st.sampled_from(said), max_size=2).map(lambda more: said + more)).map(
        lambda said: [Said(number, *item) for number, item in enumerate(said, start=1)]
    )
    return st.builds(Case, worlds, rows, st.just(movable))
