"""Every access pattern of the store has a number that docs/data-model.md explains, and it explains no other."""

import re
from collections.abc import Iterator

import pytest

from tests.architecture import source
from tests.architecture.source import Module
from tools.template import PROJECT

CITED = re.compile(r"\(([A-Z]\d+)\)")
EXPLAINED = re.compile(r"^\| ([A-Z]\d+) \|", re.MULTILINE)
ANNOUNCEMENT = re.compile(r"Access patterns? (.*) of docs/data-model\.md")
RANGE = re.compile(r"([A-Z])(\d+)(?: to \1(\d+))?")


def store() -> list[Module]:
    return [module for module in source.layer() if module.name.startswith("sheaf.store")]


def cited(module: Module) -> set[str]:
    """The numbers in a module's docstrings: `(T1)`."""
    return {number for docstring in module.docstrings() for number in CITED.findall(docstring)}


def announced(module: Module) -> Iterator[str]:
    """The numbers that a module's docstring promises: `Access patterns T1 to T5 and E7 of docs/data-model.md`."""
    for announcement in ANNOUNCEMENT.findall(next(module.docstrings())):
        for letter, first, last in RANGE.findall(announcement):
            yield from (f"{letter}{number}" for number in range(int(first), int(last or first) + 1))


def test_the_documentation_explains_every_access_pattern_and_no_other() -> None:
    explained = set(EXPLAINED.findall((PROJECT / "docs/data-model.md").read_text()))
    assert set().union(*map(cited, store())) == explained


def test_a_module_announces_the_access_patterns_that_it_has() -> None:
    wrong = {module.name: sorted(cited(module) ^ set(announced(module))) for module in store()}
    assert {name: numbers for name, numbers in wrong.items() if numbers} == {}


def test_no_access_pattern_is_cited_by_two_modules() -> None:
    every = [number for module in store() for number in cited(module)]
    assert sorted(every) == sorted(set(every))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"""store: x. Access patterns T1 to T3 of docs/data-model.md."""', ["T1", "T2", "T3"]),
        ('"""store: x. Access patterns I4 and I8 to I9 of docs/data-model.md."""', ["I4", "I8", "I9"]),
        ('"""store: x. Access pattern E6 of docs/data-model.md."""', ["E6"]),
        ('"""store: x."""', []),
    ],
)
def test_what_a_docstring_announces(text: str, expected: list[str]) -> None:
    assert list(announced(Module.of("sheaf.store.x", text))) == expected


def test_what_docstrings_cite() -> None:
    text = '"""store: (A1)."""\ndef f():\n    """One (T1), or two (T2)."""\n    x = "(T9)"\n'
    assert cited(Module.of("sheaf.store.x", text)) == {"A1", "T1", "T2"}
