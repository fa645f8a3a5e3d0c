"""GET /v2/company."""

from tests.functions.examples import HOST, expected


def company(**fields: object) -> dict[str, object]:
    """The demo company as it is shown, but for `fields`."""
    return {
        "base_uri": HOST,
        "full_domain": "127.0.0.1:3000",
        "name": "Demo Company",
        "is_active": True,
        "week_start_day": "Monday",
        "wants_timestamp_timers": False,
        "time_format": "decimal",
        "date_format": "%Y-%m-%d",
        "plan_type": "sheaf",
        "clock": "24h",
        "currency": "USD",
        "currency_code_display": "iso_code_none",
        "currency_symbol_display": "symbol_before",
        "decimal_symbol": ".",
        "thousands_separator": ",",
        "color_scheme": "orange",
        "weekly_capacity": 126000,
        "expense_feature": False,
        "invoice_feature": False,
        "estimate_feature": False,
        "approval_feature": False,
        "team_feature": False,
        **fields,
    }


COMPANY = expected(200, company())

EXPECTED = {"by_an_administrator": COMPANY, "by_a_member": COMPANY}
