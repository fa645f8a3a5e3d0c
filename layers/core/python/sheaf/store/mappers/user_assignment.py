"""store: how user assignments are stored: as records, and whole by user and project."""

from collections.abc import Iterable, Mapping, Sequence

from sheaf.domain.identity import AccountId
from sheaf.domain.user_assignment import UserAssignment
from sheaf.domain.values import Id
from sheaf.store import keys
from sheaf.store.codec import Codec
from sheaf.store.items import Item
from sheaf.store.records import Counter, RecordMapper


def _lists(account_id: AccountId, assignment: UserAssignment) -> Sequence[str]:
    return [keys.children(account_id, "PROJECT", assignment.project_id, "USER_ASSIGNMENT")]


def _counters(account_id: AccountId, assignment: UserAssignment) -> Sequence[Counter]:
    """What counts the assignments of its project, and of its user."""
    return [
        Counter(keys.user_assignment_count(account_id, "PROJECT", assignment.project_id)),
        Counter(keys.user_assignment_count(account_id, "USER", assignment.user_id)),
    ]


def pair_item(account_id: AccountId, assignment: UserAssignment) -> Item:
    """The assignment as it is found by its user and its project."""
    key = keys.user_pair(account_id, assignment.user_id, assignment.project_id)
    return {**key, **USER_ASSIGNMENT.codec.to_item(assignment)}


def of_pairs(
    account_id: AccountId, pairs: Iterable[tuple[Id, Id]], found: Mapping[tuple[str, str], Item]
) -> dict[tuple[Id, Id], UserAssignment]:
    """The assignments of these pairs of a user and a project, among items of whatever kinds."""
    places = {pair: keys.key_pair(keys.user_pair(account_id, *pair)) for pair in pairs}
    return {pair: USER_ASSIGNMENT.codec.from_item(found[place]) for pair, place in places.items() if place in found}


USER_ASSIGNMENT = RecordMapper(
    "USER_ASSIGNMENT", Codec(UserAssignment, sparse={"import_id"}), lists=_lists, counters=_counters
)
