"""Files as people have them: what each of them is taken for, how its cells are read, and what comes of its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.imports.columns import MEANINGS, source_of
from sheaf.domain.imports.job import FileKind, ImportFields, Source
from sheaf.domain.imports.reader import Reader
from sheaf.domain.imports.reading import Reading
from sheaf.domain.imports.rows import BadRow, FileError, Person, RawRow, Row, TimeRow
from sheaf.domain.values import Id
from sheaf.imports import examining, formats, staging
from tests.support.sample_files import csv_bytes, stream

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Read:
    """A file as it is read."""

    source: Source
    reading: Reading
    rows: Sequence[Row]
    ignored: Sequence[str]

    @property
    def entries(self) -> list[tuple[str, ...]]:
        """Who, what and how long, of the rows that can be read."""
        return [
            (
                f"{row.person.first_name}|{row.person.last_name}|{row.person.email or ''}",
                f"{row.client.name}|{row.project.name}|{row.task.name}",
                row.spent_date,
                str(row.hours),
                row.notes or "",
            )
            for row in self.rows
            if isinstance(row, TimeRow)
        ]

    @property
    def refused(self) -> list[tuple[int, str]]:
        """The numbers of the other rows, with the reason."""
        return [(row.number, row.message) for row in self.rows if isinstance(row, BadRow)]


def read(content: bytes, fields: ImportFields | None = None) -> Read:
    """Read a file as the splitter does; it is one of time entries."""
    options = fields or ImportFields()
    first = formats.read(stream(content), options.encoding)
    kind = examining.kind_of(first, options.kind)
    assert kind is FileKind.TIME_ENTRIES
    reading = examining.reading_of(first, kind, options)
    table = formats.read(stream(content), options.encoding)
    reader = Reader(kind, table.columns, reading)
    rows = [
        reader.read(raw) if isinstance(raw, RawRow) else raw
        for raw in table.rows
        if not (isinstance(raw, RawRow) and reader.is_leaving(raw))
    ]
    return Read(source_of(kind, table.columns), reading, rows, reader.ignored)


def case(name: str, fields: ImportFields | None = None) -> Read:
    return read((CASES / name).read_bytes(), fields)


NORA = "Nora|Field|"
NORA_BY_EMAIL = "Nora|Field|nora@example.test"
MIA = "Mia|Member|"


@pytest.mark.parametrize(
    ("name", "source", "date_format", "decimal_symbol", "entries"),
    [
        (
            "01_full22.csv",
            Source.HARVEST_DETAILED,
            "%Y-%m-%d",
            ".",
            [(NORA, "Birch & Sons|Move|Building", "2026-05-01", "1.25", "Made the pipeline")],
        ),
        (
            "02_finnish.csv",
            Source.HARVEST_DETAILED,
            "%d.%m.%Y",
            ",",
            [("Aino-Maija|Virtanen|", "Kehitysosasto|Viestintä 2014|Kehitys", "2015-01-26", "7.50", "huomautus")],
        ),
        (
            "03_german.csv",
            Source.GENERIC,
            "%d.%m.%Y",
            ",",
            [
                ("Jana|Berg|", "Nordlicht GmbH|Neubau|Entwicklung", "2026-08-04", "6.50", "Import"),
                ("Jana|Berg|", "Nordlicht GmbH|Ablage|Verwaltung", "2026-08-20", "1.00", "Ordner"),
            ],
        ),
        (
            "04_hmm.csv",
            Source.HARVEST_DETAILED,
            "%Y-%m-%d",
            ",",
            [
                (NORA_BY_EMAIL, "Sample Client|Shift|Advice", "2026-07-02", "0.20", "Planning"),
                (NORA_BY_EMAIL, "Sample Client|Shift|Advice", "2026-07-03", "1.50", "Delivery"),
            ],
        ),
        (
            "07_email.csv",
            Source.HARVEST_DETAILED,
            "%Y-%m-%d",
            ".",
            [
                ("Dana|Dell|dana@example.test", "Anvil|Site|Design", "2026-01-15", "1.50", "kickoff"),
                ("Dana|Dell|dana@example.test", "Anvil|Site|Design", "2026-01-16", "0.25", ""),
            ],
        ),
        (
            "09_clockify.csv",
            Source.CLOCKIFY_DETAILED,
            "%m/%d/%Y",
            ".",
            [(NORA_BY_EMAIL, "Anvil Corp|Mobile|Build", "2024-03-06", "2.00", "Push")],
        ),
        (
            "10_sep_total.csv",
            Source.HARVEST_TIME_IMPORT,
            "%Y-%m-%d",
            ".",
            [("Mia|Müller|", "Anvil|Site|Design", "2026-11-20", "1.50", "x")],
        ),
    ],
)
def test_a_file_is_read_as_its_owner_means_it(
    name: str, source: Source, date_format: str, decimal_symbol: str, entries: list[tuple[str, ...]]
) -> None:
    found = case(name)
    assert (found.source, found.reading.date_format, found.reading.decimal_symbol) == (
        source,
        date_format,
        decimal_symbol,
    )
    assert (found.entries, found.refused) == (entries, [])


def test_rows_of_toggl_without_a_task_go_to_the_one_that_is_named_for_them() -> None:
    row = ("Nora||nora@example.test", "Anvil Corp|Site Redesign|Build", "2024-03-05", "0.75", "Nav, footer")
    found = case("08_toggl.csv")
    assert (found.source, found.entries) == (Source.TOGGL_DETAILED, [row])
    assert found.refused == [(1, "Task can't be blank; default_task names the task of rows that have none")]
    assert found.ignored == ("Start time", "End date", "End time", "Tags")
    named = case("08_toggl.csv", ImportFields(default_task="General"))
    first = ("Nora||nora@example.test", "Anvil Corp|Site Redesign|General", "2024-03-04", "2.50", "Hero section")
    assert (named.entries, named.refused) == ([first, row], [])


def test_a_file_with_something_of_everything_is_read_as_far_as_it_makes_sense() -> None:
    found = case("13_smart.csv")
    assert [(row[2], row[3]) for row in found.entries] == [
        ("2026-11-20", "1.50"),
        ("2026-11-20", "1234.50"),
        ("2026-11-20", "0.00"),
        ("2026-11-20", "1.50"),
        ("2026-11-20", "1.00"),
        ("2026-11-20", "1.00"),
    ]
    assert {row[0] for row in found.entries} == {MIA}
    assert [number for number, _ in found.refused] == [5, 7, 9]
    assert [message for _, message in found.refused][1:] == [
        "Date must be a date in numbers, such as 2026-11-30, without the name of a month",
        (
            "Date is 45981, a number by which spreadsheets keep a day; show the column as a date, such as 2026-11-30,"
            " and save it again"
        ),
    ]


def test_a_row_that_only_totals_is_skipped_and_one_that_lacks_something_fails() -> None:
    rows = [
        ("2026-11-20", "A", "B", "C", "", "1", "Mia", "Member"),
        ("Total", "", "", "", "", "1", "", ""),
        ("", "", "", "", "", "1", "\u00a0", ""),
        ("2026-11-21", "", "", "", "note", "1", "", ""),
    ]
    found = read(csv_bytes(COLUMNS, rows))
    assert (len(found.entries), found.refused) == (1, [(4, "First name can't be blank")])
    table = formats.read(stream(csv_bytes(COLUMNS, rows)))
    with staging.stage(table, Reader(FileKind.TIME_ENTRIES, COLUMNS), lambda _ids: {}) as staged:
        assert (staged.rows_total, staged.rows_skipped) == (2, 2)


COLUMNS = ("Date", "Client", "Project", "Task", "Notes", "Hours", "First name", "Last name")


def file_of(*cells: tuple[str, str], delimiter: str = ",", columns: Sequence[str] = COLUMNS) -> bytes:
    """A file of rows with these days and hours."""
    rows = [(day, "A", "B", "C", "", hours, "Mia", "Member") for day, hours in cells]
    return csv_bytes(columns, rows, delimiter)


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("1:30", "1.50"),
        ("01:30:00", "1.50"),
        ("0:20", "0.33"),
        ("0:40", "0.67"),
        ("00:00:18", "0.01"),
        ("1h 30m", "1.50"),
        ("1h30", "1.50"),
        ("90m", "1.50"),
        ("2 h", "2.00"),
        ("45 min", "0.75"),
        ("1,234.50", "1234.50"),
        ("1 234.5", "1234.50"),
        ("1\u202f234.5", "1234.50"),
        ("1'234.5", "1234.50"),
        ("\u00a01.5\u00a0", "1.50"),
        (".5", "0.50"),
        ("00.125", "0.13"),
    ],
)
def test_hours_are_read_however_they_are_written(written: str, hours: str) -> None:
    assert [row[3] for row in read(file_of(("2026-11-20", written))).entries] == [hours]


@pytest.mark.parametrize("written", ["1:60", "1h 30h", "h", "m", "1,23,4", "12 34", "1.2.3", "--1", "1:2"])
def test_hours_that_are_none_are_refused(written: str) -> None:
    found = read(file_of(("2026-11-20", "1.5"), ("2026-11-20", written)))
    assert found.refused == [(2, "Hours must be a number, such as 1.5, 1:30 or 1h 30m")]


@pytest.mark.parametrize(
    ("days", "date_format", "read_as"),
    [
        (["3/4/2026", "30/4/2026"], "%d/%m/%Y", ["2026-04-03", "2026-04-30"]),
        (["3/4/2026", "4/30/2026"], "%m/%d/%Y", ["2026-03-04", "2026-04-30"]),
        (["03.04.2026"], "%d.%m.%Y", ["2026-04-03"]),
        (["2026.04.03"], "%Y.%m.%d", ["2026-04-03"]),
        (["2026/04/03"], "%Y/%m/%d", ["2026-04-03"]),
        (["2026-04-03T23:59:59Z"], "%Y-%m-%d", ["2026-04-03"]),
    ],
)
def test_days_are_read_by_what_all_rows_show(days: list[str], date_format: str, read_as: list[str]) -> None:
    found = read(file_of(*((day, "1") for day in days)))
    assert (found.reading.date_format, found.reading.is_assumed) == (date_format, False)
    assert [row[2] for row in found.entries] == read_as


def test_days_that_show_nothing_are_read_month_first_and_it_is_said() -> None:
    found = read(file_of(("3/4/2026", "1")))
    assert (found.reading.date_format, found.reading.is_assumed) == ("%m/%d/%Y", True)
    assert found.entries[0][2] == "2026-03-04"
    given_ = read(file_of(("3/4/2026", "1")), ImportFields(date_format="%d/%m/%Y"))
    assert (given_.reading.is_assumed, given_.entries[0][2]) == (False, "2026-04-03")


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (
            [("3/14/2026", "1"), ("14/3/2026", "1")],
            (
                "Date of row 2 is '14/3/2026' and Date of row 1 is '3/14/2026': the day stands first in one and the"
                " month in the other; mend one of them, or say which by date_format, %d/%m/%Y or %m/%d/%Y"
            ),
        ),
        (
            [("2026-03-14", "1.5"), ("2026-03-14", "1,5")],
            (
                "Hours of row 1 is '1.5' and Hours of row 2 is '1,5': a point is the decimal symbol in one and a comma"
                " in the other; mend one of them, or say which by decimal_symbol"
            ),
        ),
        (
            [("2026-03-14", "1,250"), ("2026-03-14", "8")],
            (
                "Hours of row 1 is '1,250', which can be a number in the thousands or one with three decimals, and no"
                " other row shows which; say it by decimal_symbol: . or ,"
            ),
        ),
    ],
    ids=["days", "decimals", "either way"],
)
def test_a_file_that_contradicts_itself_is_refused_and_says_where(cells: list[tuple[str, str]], message: str) -> None:
    with pytest.raises(FileError) as refusal:
        read(file_of(*cells))
    assert str(refusal.value) == message


def test_what_is_said_of_a_file_settles_what_it_does_not_show() -> None:
    hours = [read(file_of(("2026-03-14", "1,250")), ImportFields(decimal_symbol=mark)).entries[0][3] for mark in ".,"]
    assert hours == ["1250.00", "1.25"]


@pytest.mark.parametrize("kind", [FileKind.TASKS, FileKind.PROJECTS, FileKind.TASK_ASSIGNMENTS])
@pytest.mark.parametrize("length", ["Hours", "Duration", "Duration (h)", "Stunden", "Heures", "Horas", "Uren"])
def test_time_is_taken_for_nothing_else(kind: FileKind, length: str) -> None:
    table = formats.read(stream(csv_bytes(("Client", "Project", "Task", length), [("A", "B", "C", "1")])))
    assert examining.kind_of(table, None) is FileKind.TIME_ENTRIES
    with pytest.raises(FileError, match=r"^The file has a date or hours among its columns, so its rows are time entr"):
        examining.kind_of(table, kind)


@pytest.mark.parametrize(
    "columns",
    [
        ("Datum", "Kunde", "Projekt", "Aufgabe", "Notizen", "Stunden", "Vorname", "Nachname"),
        ("Date", "Client", "Projet", "Tâche", "Remarques", "Heures", "Prénom", "Nom"),
        ("Fecha", "Cliente", "Proyecto", "Tarea", "Notas", "Horas", "Nombre", "Apellidos"),
        ("Datum", "Klant", "Project", "Taak", "Notities", "Uren", "Voornaam", "Achternaam"),
    ],
    ids=["German", "French", "Spanish", "Dutch"],
)
def test_files_of_other_languages_say_the_same(columns: Sequence[str]) -> None:
    rows = (("20.11.2026", "7,5"), ("21.11.2026", "8"))
    assert read(file_of(*rows, columns=columns, delimiter=";")).entries == read(file_of(*rows)).entries


def test_no_name_of_a_column_means_two_things() -> None:
    """What is listed for two fields would mean whichever comes last."""
    for kind, meanings in MEANINGS.items():
        assert len(meanings) == len(set(meanings)), kind


def test_a_column_that_is_not_needed_fails_no_row() -> None:
    extra = ("Employee Id", "Hours Rounded", "Roles", "Teams", "Billable Rate", "Approved?", "Start Date")
    content = csv_bytes(
        (*COLUMNS, *extra),
        [("2026-11-20", "A", "B", "C", "", "1", "Mia", "Member", "EMP-1", "x", "?", "\u2013", "n/a", "maybe", "soon")],
    )
    found = read(content)
    assert (len(found.entries), found.refused, found.ignored) == (1, [], extra)


DAYS = st.lists(st.dates().filter(lambda day: day.year >= 1900), min_size=1, max_size=8)


@given(data=st.data(), days=DAYS)
def test_the_same_file_in_another_format_makes_the_same_entries(data: st.DataObject, days: list[object]) -> None:
    hours = data.draw(st.lists(st.decimals(0, 24, places=2), min_size=len(days), max_size=len(days)))
    plain = file_of(*((f"{day:%Y-%m-%d}", f"{time:.2f}") for day, time in zip(days, hours, strict=True)))
    date_format = data.draw(st.sampled_from(["%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y.%m.%d", "%Y/%m/%d"]))
    decimal_symbol = data.draw(st.sampled_from(".,"))
    delimiter = data.draw(st.sampled_from(",;\t"))
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    other = file_of(
        *(
            (f"{day:{date_format}}", f"{Decimal(time):.2f}".replace(".", decimal_symbol))
            for day, time in zip(days, hours, strict=True)
        ),
        delimiter=delimiter,
    )
    options = ImportFields(date_format=date_format, encoding="windows-1252" if encoding == "cp1252" else None)
    assert read(other.decode().encode(encoding), options).entries == read(plain).entries


HOURS_BY_NORA = (NORA, "Acme|Site|Design", "2026-03-02", "7.50", "")


def _file(*lines: str) -> bytes:
    return "\n".join(lines).encode()


PLAIN = "Date,Client,Project,Task,First name,Last name,Hours"
SEMICOLONS = "Datum;Kunde;Projekt;Aufgabe;Vorname;Nachname;Stunden"

VARIATIONS = {
    "tabs": _file(PLAIN.replace(",", "\t"), "2026-03-02\tAcme\tSite\tDesign\tNora\tField\t7.5"),
    "semicolons and a decimal comma": _file(SEMICOLONS, "02.03.2026;Acme;Site;Design;Nora;Field;7,5"),
    "a date as ISO with a time": _file(PLAIN, "2026-03-02T09:00:00+01:00,Acme,Site,Design,Nora,Field,7.5"),
    "a date with slashes and the year first": _file(PLAIN, "2026/03/02,Acme,Site,Design,Nora,Field,7.5"),
    "a date with points and the year first": _file(PLAIN, "2026.03.02,Acme,Site,Design,Nora,Field,7.5"),
    "hours and minutes": _file(PLAIN, "2026-03-02,Acme,Site,Design,Nora,Field,7:30"),
    "hours, minutes and seconds": _file(PLAIN, "2026-03-02,Acme,Site,Design,Nora,Field,07:30:00"),
    "hours and minutes in words": _file(PLAIN, "2026-03-02,Acme,Site,Design,Nora,Field,7h 30m"),
    "hours with a comma in quotes": _file(PLAIN, '2026-03-02,Acme,Site,Design,Nora,Field,"7,5"'),
    "a byte-order mark": b"\xef\xbb\xbf" + _file(PLAIN, "2026-03-02,Acme,Site,Design,Nora,Field,7.5"),
    "UTF-16": _file(PLAIN, "2026-03-02,Acme,Site,Design,Nora,Field,7.5").decode().encode("utf-16"),
    "ends of lines of an old Mac": _file(PLAIN, "2026-03-02,Acme,Site,Design,Nora,Field,7.5").replace(b"\n", b"\r"),
    "ends of lines of Windows, and none at the end": _file(PLAIN, "2026-03-02,Acme,Site,Design,Nora,Field,7.5").replace(
        b"\n", b"\r\n"
    ),
    "a line that tells Excel the delimiter": _file(
        "sep=;", PLAIN.replace(",", ";"), "2026-03-02;Acme;Site;Design;Nora;Field;7.5"
    ),
    "empty rows between": _file(PLAIN, "", ",,,,,,", "2026-03-02,Acme,Site,Design,Nora,Field,7.5", "", ""),
    "empty columns at the end": _file(f"{PLAIN},,", "2026-03-02,Acme,Site,Design,Nora,Field,7.5,,"),
    "a total below": _file(PLAIN, "2026-03-02,Acme,Site,Design,Nora,Field,7.5", "Total,,,,,,7.5"),
    "non-breaking spaces": _file(PLAIN, "2026-03-02,Acme\u00a0,Site,\u00a0Design,Nora,Field,7.5\u00a0"),
    "one column for the whole name": _file(
        "Date,Client,Project,Task,User,Hours", "2026-03-02,Acme,Site,Design,Nora Field,7.5"
    ),
    "columns in another order, and one that means nothing": _file(
        "Hours,Mood,Last name,First name,Task,Project,Client,Date", "7.5,fine,Field,Nora,Design,Site,Acme,2026-03-02"
    ),
    "names of columns in capitals, with underscores": _file(
        PLAIN.upper().replace(" ", "_"), "2026-03-02,Acme,Site,Design,Nora,Field,7.5"
    ),
    "Dutch": _file("Datum,Klant,Project,Taak,Voornaam,Achternaam,Uren", "2026-03-02,Acme,Site,Design,Nora,Field,7.5"),
    "Spanish": _file(
        "Fecha,Cliente,Proyecto,Tarea,Nombre,Apellidos,Horas", "2026-03-02,Acme,Site,Design,Nora,Field,7.5"
    ),
    "French": _file("Date,Client,Projet,Tâche,Prénom,Nom,Heures", "2026-03-02,Acme,Site,Design,Nora,Field,7.5"),
    "an email address that is none, beside a name": _file(
        f"{PLAIN},Email", "2026-03-02,Acme,Site,Design,Nora,Field,7.5,n/a"
    ),
    "JSON": b'{"spent_date": "2026-03-02", "hours": 7.5, "client": {"name": "Acme"}, "project": {"name": "Site"},'
    b' "task": {"name": "Design"}, "user": {"name": "Nora Field"}}\n',
}


@pytest.mark.parametrize("content", VARIATIONS.values(), ids=VARIATIONS)
def test_however_it_is_written_it_is_the_same_entry(content: bytes) -> None:
    found = read(content)
    assert (found.entries, found.refused) == ([HOURS_BY_NORA], [])


REFUSALS = {
    "a serial number of a spreadsheet": (_file(PLAIN, "46083,Acme,Site,Design,Nora,Field,7.5"), "Date"),
    "the name of a month": (_file(PLAIN, "2 Mar 2026,Acme,Site,Design,Nora,Field,7.5"), "Date"),
    "hours in words": (_file(PLAIN, "2026-03-02,Acme,Site,Design,Nora,Field,half a day"), "Hours"),
    "an email address that is none, and no name": (
        _file("Date,Client,Project,Task,Email,Hours", "2026-03-02,Acme,Site,Design,n/a,7.5"),
        "Email",
    ),
}


@pytest.mark.parametrize(("content", "column"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be_read_is_refused_with_its_column(content: bytes, column: str) -> None:
    found = read(content)
    assert found.entries == []
    assert [row.field for row in found.rows if isinstance(row, BadRow)] == [column]


def test_a_file_without_people_is_of_whoever_is_named_and_else_refused() -> None:
    content = _file("Date,Client,Project,Task,Hours", "2026-03-02,Acme,Site,Design,7.5")
    with pytest.raises(FileError, match=r"no column for first name or last name .* user_id of the import can say"):
        read(content)
    (row,) = read(content, ImportFields(time_of_user_id=Id(7))).rows
    assert isinstance(row, TimeRow)
    assert row.person == Person(id=Id(7))


def test_whose_time_it_is_counts_only_where_the_file_does_not_say_it() -> None:
    content = _file(PLAIN, "2026-03-02,Acme,Site,Design,Nora,Field,7.5", "2026-03-02,Acme,Site,Design,,,7.5")
    found = read(content, ImportFields(time_of_user_id=Id(7)))
    assert found.entries == [HOURS_BY_NORA]
    assert found.refused == [(2, "First name can't be blank")]
