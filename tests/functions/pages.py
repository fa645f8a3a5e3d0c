"""Pages of lists: the whole answer that is expected, and walks from page to page."""

from collections.abc import Iterator, Sequence
from typing import Any

from tests.functions.examples import CURSOR, HOST, Whole, expected
from tests.support.api import Answer, Api


def page(
    path: str,
    records: Sequence[dict[str, Any]],
    links: tuple[str, str | None, str | None, str],
    cut: tuple[int, int],
    numbers: tuple[int | None, int | None, int | None] = (None, None, 1),
) -> Whole:
    """A page of the list at `path`, whose records stand under its last word, those of a report under `results`.

    `links` are the query strings of first, next, previous and last; `cut` is per_page and total_entries; `numbers` are
    next_page, previous_page and page.
    """
    per_page, total_entries = cut
    first, older, newer, last = (link and f"{HOST}{path}?{link}" for link in links)
    return expected(
        200,
        {
            "results" if path.startswith("/v2/reports/") else path.rpartition("/")[2]: records,
            "per_page": per_page,
            "total_pages": max(1, -(-total_entries // per_page)),
            "total_entries": total_entries,
            "next_page": numbers[0],
            "previous_page": numbers[1],
            "page": numbers[2],
            "links": {"first": first, "next": older, "previous": newer, "last": last},
        },
    )


def only_page(path: str, records: Sequence[dict[str, Any]], query: str = "", per_page: int = 2000) -> Whole:
    """The list at `path` on one page; `query` is what its links repeat of the request, in alphabetical order."""
    parameters = sorted([*query.split("&"), "page=1", f"per_page={per_page}"] if query else [])
    link = "&".join(parameters) or f"page=1&per_page={per_page}"
    return page(path, records, (link, None, None, link), (per_page, len(records)))


def start_of_cursor_walk(path: str, records: Sequence[dict[str, Any]], cut: tuple[int, int]) -> Whole:
    """The first of several pages, asked for without `page`."""
    per_page, total_entries = cut
    first, last = (f"page={number}&per_page={per_page}" for number in (1, -(-total_entries // per_page)))
    following = f"cursor={CURSOR}&per_page={per_page}&ref=next_cursor"
    return page(path, records, (f"{first}&ref=first", following, None, f"{last}&ref=last"), cut, (2, None, 1))


def last_page(path: str, records: Sequence[dict[str, Any]], cut: tuple[int, int]) -> Whole:
    """The last of several pages, asked for by its number."""
    per_page, total_entries = cut
    number = -(-total_entries // per_page)
    first, before, last = (f"page={item}&per_page={per_page}" for item in (1, number - 1, number))
    links = f"{first}&ref=first", None, f"{before}&ref=previous", f"{last}&ref=last"
    return page(path, records, links, cut, (None, number - 1, number))


def walk(api: Api, answer: Answer, link: str) -> Iterator[Answer]:
    """The pages after `answer` on the way of links.next or links.previous, up to a hundred."""
    for _ in range(100):
        address = answer.body["links"][link]
        if address is None:
            return
        answer = api.follow(address)
        assert answer.status == 200
        yield answer
    raise AssertionError("the walk does not end")


def records_of(answer: Answer) -> list[dict[str, Any]]:
    """The records of a page."""
    records: list[dict[str, Any]] = next(iter(answer.body.values()))
    return records


def ids(*answers: Answer) -> list[int]:
    """The ids of the records of some pages."""
    return [record["id"] for answer in answers for record in records_of(answer)]
