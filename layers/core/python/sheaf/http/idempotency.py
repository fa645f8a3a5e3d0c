"""http: requests that are carried out once however often they are sent (`Idempotency-Key`, an IETF draft)."""

import json
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from sheaf.domain.errors import BusyError, MalformedError, SheafError
from sheaf.domain.idempotency import AnsweredError, Keep, KeptAnswer, KeyedRequest, OtherRequestError
from sheaf.http.request import Request
from sheaf.http.response import Response, as_json, as_text
from sheaf.store import answers

_PATIENCE = 15.0  # seconds after which no part is begun; the last may take `backoff.SECONDS`, a function has 25
_KEY = re.compile(r"[!-~]{1,255}")


def keyed(request: Request) -> KeyedRequest | None:
    """The key of a POST with what tells the request from others; None where there is no key.

    Raises:
        MalformedError: the key is none.
    """
    if request.method != "POST" or "idempotency-key" not in request.headers:
        return None
    key = request.headers["idempotency-key"].strip()
    if not _KEY.fullmatch(key):
        raise MalformedError("Idempotency-Key must be 1 to 255 visible ASCII characters")
    told = f"{request.path}?{request.raw_query}\n".encode() + request.body
    return KeyedRequest(request.user.id, key, sha256(told).hexdigest(), request.now)


@dataclass(slots=True)
class Answering[Record]:
    """The answer to a request that makes a record; with a key it is kept in the transaction that makes it.

    `told_once` names a field of the body that is told once: what is kept has null in its place.
    """

    request: Request
    show: Callable[[Record], Response]
    told_once: str = ""
    _shown: tuple[Record, Response] | None = None

    def keep(self, record: Record) -> KeptAnswer | None:
        """What is to be kept once the record is made."""
        known = keyed(self.request)
        if known is None:
            return None
        response = self._show(record)
        body = {**response.body, self.told_once: None} if self.told_once else response.body
        return KeptAnswer(known, response.status, as_text(body), response.headers)

    def to(self, record: Record) -> Response:
        """The answer, once the record is made."""
        return replace(self._show(record), is_kept=True)

    def _show(self, record: Record) -> Response:
        """The same each time: an address that is signed anew would be another one."""
        if self._shown is None or self._shown[0] is not record:
            self._shown = record, self.show(record)
        return self._shown[1]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a request that is carried out in several transactions: each keeps what came of it, as a list.

    `number` is that of its first item.
    """

    request: Request
    number: int

    def keeping[Results](self, show: Callable[[Results], list[Any]]) -> Keep[Results]:
        """What is to be kept of this part, as `show` shows it."""
        known = self._known()
        return lambda results: None if known is None else KeptAnswer(known, 200, as_json(show(results)), {})

    def done_before(self) -> list[Any]:
        """What came of the part when it was carried out.

        Raises:
            OtherRequestError: that was of another request. AnsweredError: it is not kept any more.
        """
        known = self._known()
        before = None if known is None else answers.get(self.request.account_id, known)
        if known is None or before is None:
            raise AnsweredError
        if before.request.digest != known.digest:
            raise OtherRequestError
        results: list[Any] = json.loads(before.body)
        return results

    def _known(self) -> KeyedRequest | None:
        known = keyed(self.request)
        return None if known is None else replace(known, key=f"{known.key} {self.number}")  # no key has a space


def in_parts[Item](
    request: Request, items: Sequence[Item], act: Callable[[Sequence[Item], Part], list[Any]]
) -> list[Any]:
    """What comes of many items, in their order; `act` deals with the first of those that are left, at least with one.

    A part that was carried out before is not carried out again. The results end early where the time is over.

    Raises what `Part.done_before` raises, and what `act` raises at the first items.
    """
    until = time.monotonic() + _PATIENCE
    results: list[Any] = []
    while len(results) < len(items) and time.monotonic() < until:
        part = Part(request, len(results))
        try:
            results += act(items[len(results) :], part)
        except AnsweredError:
            results += part.done_before()
        except BusyError:
            if not results:
                raise
            break
    return results


def settled(request: Request, response: Response, error: SheafError | None) -> Response:
    """What is answered in the end: to a request with a key what was answered to it before, if anything was.

    `error` is what the response tells of, if it does. Faults of ours (5xx) and what asks to wait (429) are not kept.

    Raises:
        MalformedError: see `keyed`. OtherRequestError: the key came with another request before. BusyError.
    """
    known = keyed(request)
    was_answered = isinstance(error, AnsweredError)
    if known is None or response.is_kept or (not was_answered and (response.status >= 500 or response.status == 429)):
        return response
    if not was_answered:
        with suppress(AnsweredError):
            answer = KeptAnswer(known, response.status, as_text(response.body), response.headers)
            answers.keep(request.account_id, answer)
            return response
    before = answers.get(request.account_id, known)
    if before is None:
        return response
    if before.request.digest != known.digest:
        raise OtherRequestError
    return Response(before.status, before.body, {**before.headers, "Idempotency-Replayed": "true"})
