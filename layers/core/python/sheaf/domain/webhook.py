"""domain: a webhook, an address to which an account's changes are sent, and what came of sending them.

Harvest has none. Signatures and manners are those of the Standard Webhooks specification.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from sheaf.domain.errors import InvalidError
from sheaf.domain.record import Kind, as_dict, validate, with_changes
from sheaf.domain.values import Id, Timestamp, clean_line, optional

MOST = 20  # webhooks of an account; each is sent every change by itself
URL_LIMIT = 2000  # characters


class TooManyWebhooksError(InvalidError):
    """The account has as many webhooks as an account may have."""

    def __init__(self) -> None:
        super().__init__(f"An account has {MOST} webhooks at most; delete one that is not needed")


class WebhookIsOffError(InvalidError):
    """Nothing is sent to a webhook that is off."""

    def __init__(self) -> None:
        super().__init__("The webhook is off: switch it on first, by PATCH with is_active true")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFields:
    """What a caller may say of a webhook. Without `kinds` it is sent the changes of all kinds of records.

    Where the address leads to is looked up apart from this (`webhooks.addresses`).
    """

    url: str
    kinds: frozenset[Kind] = frozenset()
    description: str | None = None
    is_active: bool = True

    def __post_init__(self) -> None:
        """Raises InvalidError, whoever builds this."""
        validate(self, {"url": clean_url, "description": optional(clean_line, "description")})


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook of one account. `off_reason` says why it was switched off by itself, None where it was not."""

    id: Id
    url: str
    kinds: frozenset[Kind]
    description: str | None
    is_active: bool
    off_reason: str | None
    created_at: Timestamp
    updated_at: Timestamp
    version: int = 1


def new_webhook(webhook_id: Id, fields: WebhookFields, now: Timestamp) -> Webhook:
    """The webhook that `fields` asks for, on its first day."""
    return Webhook(id=webhook_id, **as_dict(fields), off_reason=None, created_at=now, updated_at=now)


def changed(webhook: Webhook, fields: WebhookFields, now: Timestamp) -> Webhook:
    """The webhook with `fields` applied; why it was off is forgotten once it is on again."""
    after = with_changes(webhook, fields, now)
    return replace(after, off_reason=None) if after.is_active and after.off_reason else after


def switched_off(webhook: Webhook, reason: str, now: Timestamp) -> Webhook:
    """The webhook, off by itself for this reason; as it is, where it is off already."""
    if not webhook.is_active:
        return webhook
    updated_at = max(now, webhook.updated_at)
    return replace(webhook, is_active=False, off_reason=reason, updated_at=updated_at, version=webhook.version + 1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request: the status that was answered, or None; and why it is not delivered, or None."""

    response_status: int | None
    error: str | None

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver has taken it."""
        return self.error is None


class DeliveryStatus(StrEnum):
    """What came of sending a change to a webhook so far."""

    DELIVERED = "delivered"
    RETRYING = "retrying"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """A change on its way to a webhook: how often it was sent, when last, and what the receiver answered then.

    `error` says why it is not delivered. `next_attempt_at` is None where it is not sent again.
    """

    sequence: int
    event: str
    status: DeliveryStatus
    attempts: int
    attempted_at: Timestamp
    response_status: int | None
    error: str | None
    next_attempt_at: Timestamp | None


def clean_url(url: str) -> str:
    """Check an address by its length alone. Raises InvalidError."""
    if not url.strip():
        raise InvalidError("url can't be blank")
    if len(url) > URL_LIMIT:
        raise InvalidError(f"url is too long (maximum is {URL_LIMIT} characters)")
    return url
