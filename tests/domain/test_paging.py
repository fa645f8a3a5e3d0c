"""Which part of a list a page is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheaf.domain.paging import PER_PAGE_LIMIT, Cursor, Filter, Page, PageRequest
from sheaf.domain.values import Id


def test_the_first_page_is_as_long_as_harvest_lets_it_be() -> None:
    assert PageRequest() == PageRequest(per_page=2000, cursor=None, page=None)
    assert PER_PAGE_LIMIT == 2000


@pytest.mark.parametrize(
    ("request_", "offset"),
    [
        (PageRequest(per_page=10), 0),
        (PageRequest(per_page=10, page=1), 0),
        (PageRequest(per_page=10, page=2), 10),
        (PageRequest(per_page=3, page=2**53 - 1), 3 * (2**53 - 2)),
        (PageRequest(per_page=10, cursor=Cursor("after", Id(5))), 0),
        (PageRequest(per_page=10, cursor=Cursor("before", Id(5)), page=3), 0),
    ],
)
def test_only_a_page_number_skips_records_and_a_cursor_wins_over_it(request_: PageRequest, offset: int) -> None:
    assert request_.offset == offset


@given(st.integers(1, PER_PAGE_LIMIT), st.integers(1, 10**6))
def test_numbered_pages_follow_each_other_without_gap_or_overlap(per_page: int, page: int) -> None:
    this, following = (PageRequest(per_page=per_page, page=number).offset for number in (page, page + 1))
    assert following == this + per_page


def test_a_list_is_unfiltered_unless_asked() -> None:
    assert Filter() == Filter(is_active=None, updated_since=None)


def test_a_page_is_converted_record_by_record_and_keeps_its_place() -> None:
    page = Page([3, 2], total_entries=9, has_newer=True, has_older=False)
    assert page.map(str) == Page(["3", "2"], total_entries=9, has_newer=True, has_older=False)
