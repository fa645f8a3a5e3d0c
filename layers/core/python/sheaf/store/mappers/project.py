"""store: projects: their items, lists, counters and claims."""

from collections.abc import Sequence

from sheaf.domain.errors import InvalidError
from sheaf.domain.identity import AccountId
from sheaf.domain.project import Project
from sheaf.domain.values import Id, fold_name
from sheaf.store import keys
from sheaf.store.codec import Codec
from sheaf.store.records import Counter, RecordMapper


def _lists(account_id: AccountId, project: Project) -> Sequence[str]:
    return [keys.children(account_id, "CLIENT", project.client_id, "PROJECT")]


def _counters(account_id: AccountId, project: Project) -> Sequence[Counter]:
    return [Counter(keys.guard(account_id, "CLIENT", project.client_id), InvalidError("Client can't be blank"))]


def claim_of(client_id: Id, folded_name: str) -> str:
    """Two clients may each have a project of the same name; one client may not."""
    return f"{client_id}#{folded_name}"


PROJECT = RecordMapper(
    "PROJECT",
    Codec(Project),
    lists=_lists,
    counters=_counters,
    claim=lambda project: claim_of(project.client_id, fold_name(project.name)),
)
