"""domain: what may be said of a company, as Harvest calls an account that its clients ask about."""

from dataclasses import dataclass, replace

from sheaf.domain.identity import Account
from sheaf.domain.record import as_dict, validate
from sheaf.domain.user import clean_weekly_capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyFields:
    """What a caller may say of a company (Harvest v2, "Update a company"). `weekly_capacity` is in seconds."""

    wants_timestamp_timers: bool
    weekly_capacity: int

    def __post_init__(self) -> None:
        """Raises InvalidError, whoever builds this."""
        validate(self, {"weekly_capacity": clean_weekly_capacity})


def changed_account(account: Account, fields: CompanyFields) -> Account:
    """The account with `fields` applied; the very same object when nothing differs."""
    after = replace(account, **as_dict(fields))
    return account if after == account else replace(after, version=account.version + 1)
