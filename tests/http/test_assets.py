"""Files for browsers: compressed where that is wanted, and sent once."""

import gzip
from pathlib import Path

import pytest

from sheaf.domain.errors import NotFoundError
from sheaf.http.assets import Assets
from sheaf.http.request import Request

SCRIPT = b"alert(1);" * 100


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    (tmp_path / "index.html.gz").write_bytes(gzip.compress(b"<!doctype html>"))
    (tmp_path / "app.0123456789ab.js.gz").write_bytes(gzip.compress(SCRIPT))
    return Assets(tmp_path)


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("gzip", True),
        ("gzip, deflate, br, zstd", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("gzip;q=0.1", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0, br", False),
        ("br", False),
        ("x-gzipped", False),
        ("", False),
    ],
)
def test_a_file_is_compressed_for_those_who_say_that_they_take_it(
    accepted: str, compressed: bool, assets: Assets
) -> None:
    response = assets.answer("app.0123456789ab.js", Request(headers={"accept-encoding": accepted}))
    assert response.status == 200
    assert response.headers.get("Content-Encoding") == ("gzip" if compressed else None)
    assert (gzip.decompress(response.body) if compressed else response.body) == SCRIPT


def test_a_browser_that_has_a_file_is_told_so_and_gets_no_body(assets: Assets) -> None:
    first = assets.answer("index.html", Request())
    again = assets.answer("index.html", Request(headers={"if-none-match": f'"old", {first.headers["ETag"]}'}))
    assert (again.status, again.body, again.headers) == (304, "", first.headers)
    assert assets.answer("index.html", Request(headers={"if-none-match": 'W/"old"'})).status == 200


def test_what_keeps_its_name_is_asked_for_again_and_what_has_its_hash_in_it_is_kept(assets: Assets) -> None:
    page, script = (assets.answer(name, Request()).headers for name in ("index.html", "app.0123456789ab.js"))
    assert (page["Content-Type"], page["Cache-Control"]) == ("text/html; charset=utf-8", "no-cache")
    assert (script["Content-Type"], script["Cache-Control"]) == (
        "text/javascript; charset=utf-8",
        "public, max-age=31536000, immutable",
    )


@pytest.mark.parametrize("name", ["", "index.html.gz", "../index.html", "app.js"])
def test_a_name_that_is_not_in_the_folder_is_not_found(name: str, assets: Assets) -> None:
    with pytest.raises(NotFoundError):
        assets.answer(name, Request())


def test_a_folder_that_was_never_filled_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="sam build"):
        Assets(tmp_path)
