"""store: projects: their items, lists, counters and claims."""

from collections.abc import Sequence

from sheaf.domain.identity import AccountId
from sheaf.domain.project import NoSuchClientError, Project, claim_of
from sheaf.domain.values import fold_name
from sheaf.store import keys
from sheaf.store.codec import Codec
from sheaf.store.records import Counter, RecordMapper


def _lists(account_id: AccountId, project: Project) -> Sequence[str]:
    return [keys.children(account_id, "CLIENT", project.client_id, "PROJECT")]


def _counters(account_id: AccountId, project: Project) -> Sequence[Counter]:
    return [Counter(keys.guard(account_id, "CLIENT", project.client_id), NoSuchClientError())]


PROJECT = RecordMapper(
    "PROJECT",
    Codec(Project, sparse={"import_id"}),
    lists=_lists,
    counters=_counters,
    claim=lambda project: claim_of(project.client_id, fold_name(project.name)),
)
