"""GET /v2/reports/time/clients."""

from tests.functions.examples import invalid, unreadable
from tests.functions.pages import page
from tests.functions.reports import CLIENT, HOURS, TOTALS, YEAR, lines, report, two_currencies
from tests.functions.timers import at_moment, start
from tests.support.api import Api

PATH = "time/clients"
EXPECTED = {
    "year": report(PATH, {**CLIENT, **TOTALS}),
    "by_a_member": report(PATH, {**CLIENT, **HOURS}),
    "by_a_manager": report(PATH, {**CLIENT, **HOURS}, query="from=2026-01-01&to=2026-12-31"),
    "days_without_time": report(PATH, query="from=20261121&to=20261121"),
    "leap_year": report(PATH, query="from=20280101&to=20281231"),
    "page_beyond_the_end": page(
        f"/v2/reports/{PATH}",
        [],
        tuple(  # type: ignore[arg-type]
            link and f"from=20261120&{link}&to=20261120"
            for link in (
                "page=1&per_page=1&ref=first",
                None,
                "page=1&per_page=1&ref=previous",
                "page=1&per_page=1&ref=last",
            )
        ),
        (1, 1),
        (None, 1, 2),
    ),
    "no_days": invalid("from can't be blank, to can't be blank"),
    "days_in_the_wrong_order": invalid("to must not be before from"),
    "more_than_a_year": invalid("from and to must not be more than a year apart"),
    "unreadable_day": unreadable("Invalid from provided: 'yesterday'; it must be a date such as 2026-11-21"),
}


def test_a_client_has_one_line_with_what_is_billed_exactly(api: Api) -> None:
    two_currencies(api)

    assert lines(api, "clients") == [
        {
            "client_id": number,
            "client_name": f"Client {number}",
            "total_hours": float(number),
            "billable_hours": float(number),
            "currency": currency,
            "billable_amount": amount,
        }
        for number, currency, amount in ((1, "EUR", 10.05), (2, "USD", 20.1))
    ]


def test_pages_are_counted(api: Api) -> None:
    two_currencies(api)
    query = f"{YEAR}&per_page=1"

    first = api.get(f"/v2/reports/time/clients?{query}").body
    second = api.follow(first["links"]["next"]).body

    assert [line["client_id"] for answer in (first, second) for line in answer["results"]] == [1, 2]
    assert [(answer["page"], answer["next_page"], answer["total_entries"]) for answer in (first, second)] == [
        (1, 2, 2),
        (2, None, 2),
    ]
    assert api.follow(second["links"]["previous"]).body == first


def test_the_hours_of_a_running_timer_are_those_up_to_now(api: Api) -> None:
    with at_moment(0):
        start(api)
    with at_moment(3600):
        assert [line["total_hours"] for line in lines(api, "clients")] == [1.0]
