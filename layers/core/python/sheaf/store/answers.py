"""store: answers that are kept under the keys of requests. Access patterns K1 and K2 of docs/data-model.md.

An answer is kept in the transaction that it tells of: either both are there or neither.
"""

import json
import zlib
from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from typing import Any

from sheaf.domain.idempotency import AnsweredError, KeptAnswer, KeyedRequest
from sheaf.domain.identity import AccountId
from sheaf.store import keys, reads
from sheaf.store.items import Item, number, purge_at, read_text, text
from sheaf.store.transactions import Write, commit
from sheaf.store.writes import put_if

KEPT = timedelta(hours=24)
_IS_FREE = "attribute_not_exists(pk) OR purge_at <= :now"  # what DynamoDB is to purge may stay for days


def kept(account_id: AccountId, answer: KeptAnswer | None) -> list[Write]:
    """The write that keeps an answer (K1), none where there is none to keep. Refused with AnsweredError.

    It comes first in its transaction: a request that is sent again is refused for that, whatever else it meets.
    """
    if answer is None:
        return []
    item: Item = {
        **keys.answer(account_id, answer.request.user_id, answer.request.key),
        "request": text(answer.request.digest),
        "status": number(answer.status),
        "answer": {"B": _packed([answer.body, dict(answer.headers)])},
        "purge_at": purge_at(answer.request.at, KEPT),
    }
    now = number(int(datetime.fromisoformat(answer.request.at).timestamp()))
    return [put_if(item, _IS_FREE, {":now": now}, AnsweredError())]


def keep(account_id: AccountId, answer: KeptAnswer) -> None:
    """Keep an answer that no transaction keeps, such as a refusal (K1). Raises AnsweredError, BusyError."""
    commit(kept(account_id, answer))


def get(account_id: AccountId, request: KeyedRequest) -> KeptAnswer | None:
    """The answer that is kept under the key of a request (K2), with what told the request that it was given to."""
    item = reads.item(keys.answer(account_id, request.user_id, request.key))
    if item is None:
        return None
    body, headers = _unpacked(item["answer"]["B"])
    known = KeyedRequest(request.user_id, request.key, read_text(item["request"]) or "", request.at)
    return KeptAnswer(known, int(item["status"]["N"]), body, headers)


def _packed(value: Any) -> str:
    return b64encode(zlib.compress(json.dumps(value, ensure_ascii=False).encode())).decode()


def _unpacked(packed: str) -> Any:
    return json.loads(zlib.decompress(b64decode(packed)))
