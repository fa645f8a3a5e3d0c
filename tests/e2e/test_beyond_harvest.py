"""docs/beyond-harvest.md: each of its examples prints on the whole stack what stands below it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.server import Client
from tools.template import PROJECT

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

BLOCK = re.compile(r"```(sh|python|js)\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.DOTALL)
RUN_BY = {"sh": ["bash", "-eu"], "python": [sys.executable], "js": ["node"]}
SUFFIXES = {"sh": ".sh", "python": ".py", "js": ".mjs"}


def blocks(language: str) -> Sequence[tuple[str, str]]:
    """The code of a language and what it prints; the first block stands before each of the others."""
    text = (PROJECT / "docs/beyond-harvest.md").read_text()
    first, *others = [(code, printed) for kind, code, printed in BLOCK.findall(text) if kind == language]
    assert not first[1]
    return [(first[0] + code, printed) for code, printed in others]


@pytest.mark.parametrize("language", RUN_BY)
def test_every_example_prints_what_stands_below_it(language: str, client: Client, tmp_path: Path) -> None:
    if not all(map(shutil.which, ("bash", "curl", "node"))):
        pytest.skip("curl and Node.js, which these examples are for, are not on this machine")
    customer = client.post("/v2/clients", {"name": f"Customer {language}"}).body
    for name in ("One", "Other"):
        assert client.post("/v2/projects", {"client_id": customer["id"], "name": name}).status == 201
    examples = blocks(language)
    for code, printed in examples:
        ours = code.replace("127.0.0.1:3000", f"127.0.0.1:{client.port}").replace("local-admin-token", client.token)
        ours = re.sub(r'(Harvest-Account-Id"?: "?)1\b', rf"\g<1>{client.account_id}", ours)
        file = tmp_path / f"example{SUFFIXES[language]}"
        file.write_text(ours)
        command = [*RUN_BY[language], str(file)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
        assert (run.stdout, run.stderr) == (printed, "")


def test_all_languages_have_the_same_examples() -> None:
    assert {language: len(blocks(language)) for language in RUN_BY} == dict.fromkeys(RUN_BY, 7)
