"""store: how webhooks are stored, and what came of sending changes to them."""

from sheaf.domain.webhook import Webhook, WebhookDelivery
from sheaf.store.codec import Codec
from sheaf.store.records import RecordMapper

WEBHOOK = RecordMapper("WEBHOOK", Codec(Webhook, sparse={"kinds"}))
DELIVERY = Codec(WebhookDelivery, sparse={"response_status", "error", "next_attempt_at"})
