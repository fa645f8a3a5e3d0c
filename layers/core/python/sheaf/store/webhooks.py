"""store: webhooks and what came of sending changes to them. Access patterns W1 to W8 of docs/data-model.md.

The secret stands apart from the webhook, so that nothing that shows a webhook, the feed of changes included, has it.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from sheaf.aws import secrets
from sheaf.domain.errors import NotFoundError
from sheaf.domain.idempotency import Keep, keep_nothing
from sheaf.domain.identity import AccountId
from sheaf.domain.values import Id, Timestamp
from sheaf.domain.webhook import (
    MOST,
    TooManyWebhooksError,
    Webhook,
    WebhookDelivery,
    WebhookFields,
    WebhookIsOffError,
    new_webhook,
)
from sheaf.store import answers, keys, reads, sequence
from sheaf.store.items import Item, purge_at, text
from sheaf.store.mappers.webhook import DELIVERY, WEBHOOK
from sheaf.store.reads import KeyRange
from sheaf.store.transactions import StaleError, accept, commit, retried
from sheaf.store.writes import count_on, delete_if, put, put_new
from sheaf.store.writes import update as update_item

DELIVERIES_KEPT = timedelta(days=30)
_IS_THERE = "attribute_exists(pk)"


def get(account_id: AccountId, webhook_id: Id) -> Webhook:
    """One webhook (W1). Raises NotFoundError."""
    return WEBHOOK.get(account_id, webhook_id)


def get_active(account_id: AccountId, webhook_id: Id) -> Webhook:
    """One webhook that is on (W1). Raises NotFoundError, WebhookIsOffError."""
    webhook = get(account_id, webhook_id)
    if not webhook.is_active:
        raise WebhookIsOffError
    return webhook


def everything(account_id: AccountId) -> Sequence[Webhook]:
    """All webhooks of the account (W2), the newest first."""
    listed = KeyRange(keys.records(account_id, "WEBHOOK"), low="0", high="~")
    return [WEBHOOK.codec.from_item(item) for item in reads.items_in(listed)]


def create(
    account_id: AccountId, fields: WebhookFields, secret: bytes, now: Timestamp, *, keep: Keep[Webhook] = keep_nothing
) -> Webhook:
    """A new webhook with this secret (W3). Raises TooManyWebhooksError, AnsweredError, BusyError."""

    def decide() -> Webhook:
        known = _count(account_id)
        if known >= MOST:
            raise TooManyWebhooksError
        webhook = new_webhook(sequence.next_id(account_id, "WEBHOOK"), fields, now)
        encrypted = secrets.encrypt(secret, _context(account_id, webhook.id))
        kept = {**keys.webhook_secret(account_id, webhook.id), "secret": text(b64encode(encrypted).decode())}
        counted = count_on(keys.webhook_count(account_id), "webhooks", 1, known)
        answer = answers.kept(account_id, keep(webhook))
        commit([*answer, *WEBHOOK.writes_to_add(account_id, webhook), put_new(kept, StaleError()), counted])
        return webhook

    return retried(decide)


def update(account_id: AccountId, webhook_id: Id, change: Callable[[Webhook], Webhook]) -> Webhook:
    """The webhook after `change` (W4), which may be called again. Raises NotFoundError, BusyError."""

    def decide() -> Webhook:
        before = get(account_id, webhook_id)
        after = change(before)
        if after is not before:
            commit(WEBHOOK.writes_to_change(account_id, before, after))
        return after

    return retried(decide)


def delete(account_id: AccountId, webhook_id: Id, check: Callable[[Webhook], object] = accept) -> Webhook:
    """Remove a webhook and its secret (W5) and return it as it was; what came of its deliveries goes by itself.

    Raises:
        NotFoundError, BusyError, and whatever `check` raises.
    """

    def decide() -> Webhook:
        known = _count(account_id)
        webhook = get(account_id, webhook_id)
        check(webhook)
        secret = delete_if(keys.webhook_secret(account_id, webhook_id), _IS_THERE, {}, StaleError())
        counted = count_on(keys.webhook_count(account_id), "webhooks", -1, known)
        commit([*WEBHOOK.writes_to_remove(account_id, webhook), secret, counted])
        return webhook

    return retried(decide)


def secret(account_id: AccountId, webhook_id: Id) -> bytes:
    """The secret of a webhook, decrypted (W6). Raises NotFoundError."""
    return _decrypted(account_id, webhook_id, _kept(account_id, webhook_id))


@dataclass(frozen=True, slots=True)
class Receiver:
    """A webhook that is on, with its secret, and when something was delivered to it last, None where nothing was."""

    webhook: Webhook
    secret: bytes
    delivered_at: Timestamp | None


def receiver(account_id: AccountId, webhook_id: Id) -> Receiver | None:
    """What sending to a webhook takes (W6); None where it is off or gone."""
    found = reads.items([*WEBHOOK.keys_of(account_id, [webhook_id]), keys.webhook_secret(account_id, webhook_id)])
    webhook = WEBHOOK.pick(account_id, found).get(webhook_id)
    kept = found.get(keys.key_pair(keys.webhook_secret(account_id, webhook_id)))
    if webhook is None or kept is None or not webhook.is_active:
        return None
    delivered_at = kept.get("delivered_at")
    known = None if delivered_at is None else Timestamp(delivered_at["S"])
    return Receiver(webhook, _decrypted(account_id, webhook_id, kept), known)


def note_delivery(account_id: AccountId, webhook_id: Id, delivery: WebhookDelivery) -> None:
    """Keep what came of sending a change, in the place of what came of sending it before (W7)."""
    key = keys.webhook_delivery(account_id, webhook_id, delivery.sequence)
    kept = {"purge_at": purge_at(delivery.attempted_at, DELIVERIES_KEPT)}
    commit([put({**key, **DELIVERY.to_item(delivery), **kept})])


def note_delivered(account_id: AccountId, webhook_id: Id, now: Timestamp) -> None:
    """Keep that something was delivered to a webhook (W7), unless it is gone."""
    with suppress(StaleError):
        moved = {":now": text(now)}
        commit([update_item(keys.webhook_secret(account_id, webhook_id), "SET delivered_at = :now", moved, _IS_THERE)])


def deliveries(account_id: AccountId, webhook_id: Id, before: int, limit: int) -> list[WebhookDelivery]:
    """What came of the changes with numbers below `before` (W8), the newest first."""
    partition = keys.webhook_deliveries(account_id, webhook_id)
    stretch = KeyRange(partition, keys.sortable(0), keys.sortable(before - 1))
    return [DELIVERY.from_item(item) for item in islice(reads.items_in(stretch, limit), limit)]


def _count(account_id: AccountId) -> int:
    return reads.counts(keys.webhook_count(account_id), "webhooks")[0]


def _kept(account_id: AccountId, webhook_id: Id) -> Item:
    """The item of a webhook's secret. Raises NotFoundError."""
    item = reads.item(keys.webhook_secret(account_id, webhook_id))
    if item is None:
        raise NotFoundError
    return item


def _decrypted(account_id: AccountId, webhook_id: Id, kept: Item) -> bytes:
    return secrets.decrypt(b64decode(kept["secret"]["S"]), _context(account_id, webhook_id))


def _context(account_id: AccountId, webhook_id: Id) -> Mapping[str, str]:
    """What a secret is encrypted for: that of one webhook cannot be put into the place of another's."""
    return {"account_id": str(account_id), "webhook_id": str(webhook_id)}
