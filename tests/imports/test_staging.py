"""Rows that belong together come together, each once, in batches that the queue takes, however large the file is."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.import_files import MEGABYTE, read_one
from sheaf.domain.client import Client
from sheaf.domain.identity import AccountId
from sheaf.domain.imports import columns
from sheaf.domain.imports.job import FileKind
from sheaf.domain.imports.reader import Reader
from sheaf.domain.imports.rows import BadRow, FileError, RawRow, TimeRow
from sheaf.domain.project import ClientProject, ProjectFields, new_project
from sheaf.domain.task import TaskFields, new_task
from sheaf.domain.task_assignment import AssignedTask, TaskAssignmentFields, new_task_assignment
from sheaf.domain.values import Id, Timestamp
from sheaf.imports import batch, formats, staging
from sheaf.imports.batch import Message, groups_of, to_json
from tests.support import sample_files

QUEUE_BYTES = 262_144
NOW = Timestamp("2026-11-01T12:00:00Z")

Names = Callable[[Reader], Mapping[int, str]]
"""The names that records have in the table now, by id."""


def nothing(_reader: Reader) -> Mapping[int, str]:
    return {}


def staged(data: bytes, names: Names = nothing) -> tuple[int, list[Message]]:
    """How many rows a file has, and its batches."""
    table = formats.read(sample_files.stream(data))
    kind = columns.kind_of(table.columns)
    reader = Reader(kind, table.columns)

    def current_names(ids: Sequence[Id]) -> Mapping[Id, str]:
        return {record_id: name for record_id, name in names(reader).items() if record_id in ids}  # type: ignore[misc]

    with staging.stage(table, reader, current_names) as found:
        return found.rows_total, list(found.messages(AccountId(1), Id(2)))


def numbers(data: bytes, names: Names = nothing) -> list[list[int]]:
    """The numbers of the rows of each group, in the order of the batches."""
    return [[number for number, _ in group] for message in staged(data, names)[1] for group in message.groups]


def together(data: bytes, names: Names = nothing) -> set[frozenset[int]]:
    """Which rows go together."""
    return {frozenset(group) for group in numbers(data, names)}


def sets(*groups: Sequence[int]) -> set[frozenset[int]]:
    return {frozenset(group) for group in groups}


TIME = sample_files.TIME_IMPORT


def time_row(person: str = "Ann", project: str = "Site", day: str = "2026-11-01", notes: str = "") -> sample_files.Row:
    return (day, "Acme", project, "Design", notes, "1.0", person, "Lee")


# ------------------------------------------------------------ time


def test_a_batch_is_about_a_short_stretch_of_a_persons_time() -> None:
    _, messages = staged(sample_files.detailed_export(2000, shape=sample_files.TimeShape(people=2)))
    months = [{(values["First Name"], values["Date"][:7]) for values in _values(message)} for message in messages]
    assert len(messages) == 20
    assert all(len(month) <= 7 for month in months)  # of three quarters at most


def test_batches_that_follow_one_another_are_about_different_stretches_of_time() -> None:
    """What the workers of an import have in common is what makes them wait for one another."""
    _, messages = staged(sample_files.detailed_export(4000))
    stretches = [
        {(values["First Name"], values["Project"], values["Date"][:7]) for values in _values(message)}
        for message in messages
    ]
    people = [{values["First Name"] for values in _values(message)} for message in messages]
    shared = [len(one & other) for one, other in pairwise(stretches)]
    assert all(count <= 1 for count in shared)  # the one that is cut in two
    assert not any(one & other for one, other in zip(stretches, stretches[2:], strict=False))
    for twenty in (people[:20], people[20:]):
        assert len(set[str]().union(*twenty)) >= 15


def _values(message: Message) -> list[Mapping[str, Any]]:
    return [values for group in message.groups for _, values in group]


def test_rows_of_one_person_task_and_day_go_together() -> None:
    rows = [
        time_row(),
        time_row(person="Bob"),
        time_row(project="Shop"),
        time_row(day="2026-11-02"),
        time_row(person="ANN", project="site", day="11/1/2026", notes="again"),
    ]
    assert together(sample_files.csv_bytes(TIME, rows)) == sets([1, 5], [2], [3], [4])


def test_time_comes_in_the_order_of_people_months_and_projects() -> None:
    shape = sample_files.TimeShape(people=3, clients=2, projects=4, tasks=2)
    _, messages = staged(sample_files.detailed_export(300, shape=shape))
    found = [row for message in messages for group in groups_of(message) for row in group.rows]
    rows = [row for row in found if isinstance(row, TimeRow)]
    places = [(row.person, row.spent_date[:7], row.client, row.project, row.task) for row in rows]
    assert len(places) == 300
    changes = sum(1 for one, other in pairwise(places) if one != other)
    assert changes == len(set(places)) - 1
    for place in set(places):
        days = [row.spent_date for row, of in zip(rows, places, strict=True) if of == place]
        assert days == sorted(days)


def test_time_entries_of_one_id_go_together_wherever_they_are() -> None:
    rows = [
        ("7", *time_row()),
        ("8", *time_row(person="Bob")),
        ("7", *time_row(person="Cy", day="2026-11-02")),
        ("", *time_row()),
        ("", *time_row(person="Bob", day="2026-11-05")),
    ]
    found = together(sample_files.csv_bytes(("Id", *TIME), rows))
    assert any({1, 3} <= group for group in found)
    assert frozenset([2]) in found
    assert frozenset([5]) in found


# ------------------------------------------------------------ tasks, projects, task assignments


def test_tasks_of_one_name_or_one_id_go_together_and_so_on_from_row_to_row() -> None:
    rows = [("1", "Design"), ("2", "Coding"), ("", "DESIGN"), ("1", "Art"), ("3", "Testing"), ("", "art"), ("2", "")]
    assert together(sample_files.csv_bytes(("Id", "Name"), rows)) == sets([1, 3, 4, 6], [2, 7], [5])


def test_a_task_that_gives_its_name_away_goes_with_the_one_that_takes_it() -> None:
    def names(reader: Reader) -> Mapping[int, str]:
        return {1: reader.task_key(new_task(Id(1), TaskFields(name="design"), NOW))}

    data = sample_files.csv_bytes(("Id", "Name"), [("2", "Design"), ("3", "Coding"), ("1", "Art")])
    assert together(data) == sets([1], [2], [3])
    assert together(data, names) == sets([1, 3], [2])


def test_projects_of_one_name_go_together_where_they_have_one_client() -> None:
    rows = [("Acme", "Site"), ("Other", "Site"), ("ACME", "SITE"), ("Acme", "Shop")]
    assert together(sample_files.csv_bytes(("Client", "Project"), rows)) == sets([1, 3], [2], [4])


ACME = Client(Id(5), "Acme", True, None, "USD", NOW, NOW)
SITE = new_project(Id(6), ProjectFields(client_id=ACME.id, name="Site"), NOW)
DESIGN = new_task(Id(7), TaskFields(name="Design"), NOW)
ASSIGNED = AssignedTask(
    new_task_assignment(Id(8), SITE, DESIGN, TaskAssignmentFields(billable=True, hourly_rate=Decimal(1)), NOW),
    SITE,
    DESIGN,
)


@pytest.mark.parametrize("client", [{"client": "acme"}, {"client_id": 5}])
def test_a_project_that_gives_its_name_away_goes_with_the_one_that_takes_it(client: Mapping[str, Any]) -> None:
    rows = [{"id": 1, **client, "name": "site"}, {"id": 6, **client, "name": "Shop"}, {"id": 3, **client, "name": "x"}]

    def names(reader: Reader) -> Mapping[int, str]:
        return {6: reader.project_key(ClientProject(SITE, ACME))}

    assert together(sample_files.ndjson_bytes(rows), names) == sets([1, 2], [3])


@pytest.mark.parametrize(
    "pair",
    [
        {"project": "Site", "task": "Design"},
        {"project": "Site", "task": "Design", "client": "Acme"},
        {"project": "Site", "task": "Design", "client": None},
        {"project_id": 6, "task": "Design"},
        {"project_id": 6, "task": "Design", "client": "Acme"},
        {"project.id": 6, "project.name": "Was", "task.id": 7, "task.name": "Was"},
    ],
    ids=str,
)
def test_an_assignment_by_its_id_goes_with_the_same_one_by_its_pair(pair: Mapping[str, Any]) -> None:
    other = {name: "9" if name.endswith("id") else "Other" for name in pair}
    rows = [{**pair, "id": None}, {**other, "id": 8}, {**other, "id": None, "task": "x", "task.id": 3}]

    def names(reader: Reader) -> Mapping[int, str]:
        return {8: reader.task_assignment_key(ASSIGNED, ACME)}

    found = together(sample_files.ndjson_bytes(rows), names)
    assert frozenset([1, 2]) in found
    assert frozenset([3]) in found


def test_an_assignment_without_a_client_goes_with_all_that_it_may_mean() -> None:
    columns_ = ("Client", "Project", "Task")
    rows = [("A", "Site", "Design"), ("B", "Site", "Design"), ("A", "Shop", "Design"), ("B", "Shop", "Design")]
    assert together(sample_files.csv_bytes(columns_, rows)) == sets([1], [2], [3], [4])
    assert together(sample_files.csv_bytes(columns_, [*rows, ("", "Site", "Design")])) == sets([1, 2, 5], [3], [4])
    assert together(sample_files.csv_bytes(columns_, [("", "Shop", "Design"), *rows])) == sets([2], [3], [1, 4, 5])


def test_assignments_of_one_project_follow_each_other() -> None:
    rows = [(f"Project {number % 7}", f"Task {number}") for number in range(70)]
    order = [group[0] % 7 for group in numbers(sample_files.csv_bytes(("Project", "Task"), rows))]
    assert sum(1 for one, other in pairwise(order) if one != other) == 6


# ------------------------------------------------------------ rows that cannot be read


def test_rows_that_cannot_be_read_are_groups_of_their_own_and_come_first() -> None:
    data = b"Name,Is active\nA,yes\nB\nC,maybe\nC,yes\nD,maybe\n"
    total, (message,) = staged(data)
    assert total == 5
    assert [list(group.rows) for group in groups_of(message)][:3] == [
        [BadRow(2, "", "The row has 1 cells and the header 2 (line 3)")],
        [BadRow(3, "Is active", "Is active must be true or false")],
        [BadRow(5, "Is active", "Is active must be true or false")],
    ]
    assert [[number for number, _ in group] for group in message.groups] == [[2], [3], [5], [1], [4]]
    assert message.groups[0][0][1]["Name"] == "B"


def test_a_row_that_grows_too_long_as_json_is_refused_alone() -> None:
    _, (message,) = staged(b"Task,Is active,Comment\nA,yes," + b"\x01" * 60_000 + b"\nB,yes,\n")
    assert groups_of(message)[0].rows == [BadRow(1, "", "The row is longer than 128 KB")]
    assert [[number for number, _ in group] for group in message.groups] == [[1], [2]]


# ------------------------------------------------------------ batches


@pytest.mark.parametrize("rows", [1, 99, 100, 101, 250])
def test_batches_hold_a_hundred_rows(rows: int) -> None:
    total, messages = staged(sample_files.tasks(rows))
    assert total == rows
    assert [message.number for message in messages] == list(range(1, len(messages) + 1))
    sizes = [sum(map(len, message.groups)) for message in messages]
    assert sizes == [100] * (rows // 100) + [rows % 100] * (rows % 100 > 0)


@pytest.mark.parametrize("rows", [101, batch.GROUP_ROWS])
@pytest.mark.parametrize("columns_", [("Name",), TIME], ids=["tasks", "time"])
def test_a_group_is_never_split(rows: int, columns_: sample_files.Row) -> None:
    row = ("Design",) if columns_ == ("Name",) else time_row()
    other = ("Art",) if columns_ == ("Name",) else time_row(person="Bob")
    found = staged(sample_files.csv_bytes(columns_, [other, *([row] * rows)]))[1]
    assert sorted(len(group) for message in found for group in message.groups) == [1, rows]


@pytest.mark.parametrize("columns_", [("Name",), TIME], ids=["tasks", "time"])
def test_a_group_of_more_rows_than_can_be_decided_fails_as_a_whole(columns_: sample_files.Row) -> None:
    row = ("Design",) if columns_ == ("Name",) else time_row()
    other = ("Art",) if columns_ == ("Name",) else time_row(person="Bob")
    total, messages = staged(sample_files.csv_bytes(columns_, [*([row] * 700), other]))
    assert total == 701
    groups = [list(group.rows) for message in messages for group in groups_of(message)]
    sentence = "More than 500 rows, or 150 KB, are about the same record or the same day"
    bad = [row for (row,) in groups if isinstance(row, BadRow)]
    assert sorted(bad, key=lambda row: row.number) == [BadRow(number, "", sentence) for number in range(1, 701)]
    assert bad[0].values == dict(zip(columns_, row, strict=True))
    assert [row.number for (row,) in groups if not isinstance(row, BadRow)] == [701]


def test_rows_of_one_group_that_are_too_much_for_the_queue_fail_as_a_whole() -> None:
    row = (*time_row()[:4], "x" * 60_000, *time_row()[5:])
    total, messages = staged(sample_files.csv_bytes(TIME, [row] * 5))
    assert total == 5
    assert [type(row) for message in messages for group in groups_of(message) for row in group.rows] == [BadRow] * 5
    assert max(len(to_json(message).encode()) for message in messages) < QUEUE_BYTES


large = st.text(st.sampled_from('a"\\é😀\x01\n'), max_size=30).map(lambda text: text * 300)


@settings(max_examples=25)
@given(st.lists(st.tuples(large, large, large, st.sampled_from(["1", "2", "x"])), min_size=1, max_size=30))
def test_every_batch_fits_into_the_queue(rows: list[tuple[str, str, str, str]]) -> None:
    names = ["Client", "Project", "Project code", '"' * 1000, "\\" * 1000]
    values = [
        (*time_row(person=person), client[:250], code[:250], notes[:9000]) for client, code, notes, person in rows
    ]
    total, messages = staged(sample_files.csv_bytes((*TIME, names[2], names[3], names[4]), values))
    assert sorted(number for message in messages for group in message.groups for number, _ in group) == list(
        range(1, total + 1)
    )
    assert max(len(to_json(message).encode()) for message in messages) < QUEUE_BYTES


def test_large_rows_make_small_batches() -> None:
    rows = [(f"Task {number}", "x" * 30_000) for number in range(20)]
    _, messages = staged(sample_files.csv_bytes(("Task", "Comment"), rows))
    assert [sum(map(len, message.groups)) for message in messages] == [4, 4, 4, 4, 4]
    assert max(len(to_json(message).encode()) for message in messages) < batch.BATCH_BYTES


# ------------------------------------------------------------ laws

small_tasks = st.tuples(st.sampled_from(["", "1", "2", "3", "x"]), st.sampled_from(["", "A", "a", "B", "C", "\x01"]))
small_times = st.builds(
    time_row,
    person=st.sampled_from(["Ann", "Bob", ""]),
    project=st.sampled_from(["Site", "SITE", "Shop", ""]),
    day=st.sampled_from(["2026-11-01", "11/1/2026", "2026-11-02", "never"]),
    notes=st.sampled_from(["", "x", "y"]),
)
small_pairs = st.tuples(*[st.sampled_from(["", "A", "a", "B"])] * 3)
small_files = st.one_of(
    st.tuples(st.just(("Id", "Name")), st.lists(small_tasks.filter(any), min_size=1, max_size=12)),
    st.tuples(st.just(TIME), st.lists(small_times, min_size=1, max_size=12)),
    st.tuples(st.just(("Client", "Project", "Task")), st.lists(small_pairs.filter(any), min_size=1, max_size=12)),
)


@given(small_files)
def test_every_row_comes_once_and_the_same_file_is_always_cut_alike(
    file: tuple[sample_files.Row, list[sample_files.Row]],
) -> None:
    data = sample_files.csv_bytes(*file)
    total, messages = staged(data)
    assert total == len(file[1])
    found = {number: values for message in messages for group in message.groups for number, values in group}
    assert [found[number] for number in sorted(found)] == [dict(zip(file[0], row, strict=True)) for row in file[1]]
    assert sum(len(group) for message in messages for group in message.groups) == total
    assert staged(data) == (total, messages)


@given(small_files, st.randoms())
def test_the_order_of_rows_does_not_matter(file: tuple[sample_files.Row, list[sample_files.Row]], random: Any) -> None:
    names, rows = file
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = together(sample_files.csv_bytes(names, [rows[at] for at in order]))
    assert {frozenset(order[number - 1] + 1 for number in group) for group in shuffled} == together(
        sample_files.csv_bytes(names, rows)
    )


# ------------------------------------------------------------ hints

HINTED = (*TIME, "Project code", "Currency", "Billable?")


def hints(*rows: sample_files.Row) -> Mapping[str, Mapping[str, Any]]:
    (message,) = staged(sample_files.csv_bytes(HINTED, rows))[1]
    return message.hints


def test_a_hint_is_what_the_newest_row_says() -> None:
    older = (*time_row(day="2026-10-31"), "S-1", "Euro - EUR", "Yes")
    newer = (*time_row(day="2026-11-02"), "S-2", "GBP", "No")
    silent = (*time_row(day="2026-11-30"), "", "", "")
    expected = {
        "currency": {"=acme": "GBP"},
        "project_code": {"=acme\n=site": "S-2"},
        "billable": {"=acme\n=site\n=design": False},
    }
    assert hints(older, newer, silent) == hints(silent, newer, older) == expected


@pytest.mark.parametrize("remembered", [1, 2000])
def test_of_two_hints_of_one_day_the_greater_is_taken_whatever_their_order(
    remembered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "REMEMBERED", remembered)
    one, other = (
        (*time_row(), code, currency, flag) for code, currency, flag in [("S-1", "EUR", "No"), ("S-2", "CHF", "Yes")]
    )
    expected = {
        "currency": {"=acme": "EUR"},
        "project_code": {"=acme\n=site": "S-2"},
        "billable": {"=acme\n=site\n=design": True},
    }
    assert hints(one, other) == hints(other, one) == expected


def test_hints_do_not_depend_on_how_many_are_kept_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    data = sample_files.detailed_export(500)
    expected = staged(data)
    monkeypatch.setattr(staging, "REMEMBERED", 3)
    assert staged(data) == expected


def test_a_batch_has_hints_only_of_what_it_names() -> None:
    _, messages = staged(sample_files.detailed_export(1000))
    assert len(messages) == 10
    for message in messages:
        named = {
            f"={values['Client'].lower()}\n={values['Project'].lower()}"
            for group in message.groups
            for _, values in group
        }
        assert set(message.hints["project_code"]) == named


def test_what_is_given_by_id_is_not_made_and_has_no_hints() -> None:
    _, (message,) = staged(sample_files.ndjson_bytes(sample_files.time_objects(50)))
    assert message.hints == {}


# ------------------------------------------------------------ limits


def test_more_records_than_can_be_compared_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "NAMED_ROWS", 10)
    assert staged(sample_files.tasks(10))[0] == 10
    with pytest.raises(FileError, match=r"^The file has more than 10 rows of tasks; cut it into several files$"):
        staged(sample_files.tasks(11))
    assert staged(sample_files.time_import(50))[0] == 50


def test_nothing_stays_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    table = formats.read(sample_files.stream(sample_files.tasks(10)))
    with staging.stage(table, Reader(FileKind.TASKS, table.columns), lambda _ids: {}):
        (folder,) = tmp_path.iterdir()
        assert [path.name for path in folder.iterdir()] == ["rows"]
    assert list(tmp_path.iterdir()) == []


def test_nothing_stays_on_disk_when_the_file_breaks_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rows() -> Iterator[RawRow]:
        yield RawRow(1, {"Name": "A"})
        assert len(list(tmp_path.iterdir())) == 1
        raise FileError("broken")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    table = formats.Table(("Name",), rows())
    with (
        pytest.raises(FileError, match=r"^broken$"),
        staging.stage(table, Reader(FileKind.TASKS, table.columns), lambda _ids: {}),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_the_memory_that_a_file_takes_does_not_grow_with_it() -> None:
    small, larger = (read_one(size * MEGABYTE) for size in (1, 3))
    assert larger.rows > 2 * small.rows
    assert larger.megabytes - small.megabytes < 20  # what SQLite and Python keep at most fills up first


@pytest.mark.parametrize(
    ("ids", "highest"), [(["", ""], None), (["7", "", "40", "9"], 40), (["7", str(2**52 - 1)], 2**52 - 1)]
)
def test_the_highest_id_of_a_file_is_known(ids: Sequence[str], highest: int | None) -> None:
    rows = [(item, f"Task {number}") for number, item in enumerate(ids)]
    table = formats.read(sample_files.stream(sample_files.csv_bytes(("Id", "Name"), rows)))
    with staging.stage(table, Reader(FileKind.TASKS, table.columns), lambda _ids: {}) as found:
        assert found.highest_id == highest
