"""A stretch of history, and the feed that has to come of it, worked out from the stream in another way."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from sheaf.domain.change import Change
from sheaf.domain.identity import AccountId
from sheaf.domain.record import Kind
from sheaf.domain.values import Id
from sheaf.feed import writing
from sheaf.feed.writing import StreamRecord
from sheaf.store.feed import pages
from sheaf.store.feed.pages import FeedRequest
from tests.functions import api_records
from tests.support.api import NOW, Api

ACCOUNT = AccountId(1)

type Of = tuple[Kind, Id]
type Step = tuple[str, Any, Any]
"""A change as far as its record goes: what became of it, and how it was before and after."""


def history(api: Api) -> None:
    """Records of all kinds are made, changed, archived and deleted, a project with its time and a task too."""
    design, coding = (api_records.task(api, name, is_default=True) for name in ("Design", "Coding"))
    store = api_records.project(api, "Store")
    site = api_records.project(api, "Site", client_id=store["client"]["id"])
    me = api.get("/v2/users/me").body
    entry = api_records.time_entry(api, store["id"], design["id"])
    api.patch(f"/v2/time_entries/{entry['id']}", {"hours": 2, "notes": "Sketches"})
    api.patch(f"/v2/time_entries/{entry['id']}/restart")
    api.patch(f"/v2/time_entries/{entry['id']}/stop")
    api_records.time_entry(api, store["id"], coding["id"])
    api.patch(f"/v2/tasks/{coding['id']}", {"is_active": False})
    api.patch(f"/v2/tasks/{coding['id']}", {"is_active": True})
    api.patch(f"/v2/clients/{store['client']['id']}", {"name": "Customer"})
    role = api_records.role(api, "Writer", user_ids=[me["id"]])
    api.delete(f"/v2/roles/{role['id']}")
    person = api.post("/v2/users", {"first_name": "Ida", "last_name": "I", "email": "ida@example.com"}).body
    api_records.user_assignment(api, site["id"], person["id"])
    api.delete(f"/v2/users/{person['id']}")
    api_records.new_import(api)
    api.delete("/v2/imports/1")
    api.delete(f"/v2/projects/{store['id']}")
    api.delete(f"/v2/tasks/{design['id']}")
    api.delete(f"/v2/projects/{site['id']}")
    api.delete(f"/v2/clients/{store['client']['id']}")


def feed(account_id: AccountId = ACCOUNT, limit: int = 7) -> list[Change]:
    """The whole feed, page by page; its numbers are found to have no gaps."""
    found: list[Change] = []
    after, has_more = 0, True
    while has_more:
        page = pages.page(account_id, FeedRequest(after, limit, NOW))
        found += page.changes
        after, has_more = page.next, page.has_more
    assert [change.sequence for change in found] == list(range(1, len(found) + 1))
    return found


def histories(changes: Iterable[Change]) -> dict[Of, list[Step]]:
    """The changes of each record in the order of the feed."""
    steps: dict[Of, list[Step]] = defaultdict(list)
    for change in changes:
        steps[change.kind, change.id].append((change.action, change.before, change.after))
    return dict(steps)


def chains(told: Iterable[Of], changes: Iterable[Change]) -> None:
    """Each record begins with nothing, and goes on each time from where it was; all records are there."""
    steps = histories(changes)
    assert steps.keys() == set(told)
    for of, some in steps.items():
        assert some[0][1] is None, of
        if of[0] == "IMPORT":
            continue  # what it counts on its way is no change
        for (_, _, before), (_, after, _) in pairwise(some):
            assert before == after, of


def deliver(batches: Sequence[Sequence[StreamRecord]]) -> None:
    """Deliver batches as Lambda does: what is asked for again comes again, until nothing is."""
    waiting: list[StreamRecord] = []
    for batch in batches:
        waiting += writing.write(batch)
    while waiting:
        again = writing.write(waiting)
        assert len(again) < len(waiting)
        waiting = again
