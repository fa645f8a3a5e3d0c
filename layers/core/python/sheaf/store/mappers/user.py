"""store: how users are stored. Their claims are in `users`: not every user has an address."""

from sheaf.domain.identity import User
from sheaf.store.codec import Codec
from sheaf.store.records import RecordMapper

_SPARSE = frozenset(
    {"managed_projects", "import_id", "has_claimed_name", "has_access_to_all_future_projects", "is_contractor"}
    | {"default_hourly_rate", "cost_rate", "archived_at"}
)
USER = RecordMapper("USER", Codec(User, sparse=_SPARSE))
