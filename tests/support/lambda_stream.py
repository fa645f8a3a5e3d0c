"""Lambda's side of the table's stream, in this process: batches for workers, some twice; those of an item in order."""

import random
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from sheaf.feed import writing
from sheaf.feed.writing import StreamRecord
from tools.local.stream import Stream

LANES = 4  # by which a shard is read at once: the template's ParallelizationFactor
BATCH = 1000  # records of an invocation, as the template says
_PAUSE = 0.02  # seconds between two looks at the stream


@contextmanager
def delivering(repeated: float = 0.0) -> Iterator[Callable[[StreamRecord], None]]:
    """Deliver the stream to workers for the length of a `with` block, and to its end after that.

    `repeated` is the share of batches that are delivered once more. Yields what puts a record beside the stream's own.
    """
    reader = _Reader()
    workers = [_Worker(reader, lane, repeated) for lane in reader.lanes]
    for thread in (reader, *workers):
        thread.start()
    try:
        yield reader.put
    finally:
        reader.ended.set()
        for thread in (reader, *workers):
            thread.join()


class _Reader(threading.Thread):
    """Reads the stream, and puts each record into the lane of its item."""

    def __init__(self) -> None:
        super().__init__()
        self.ended = threading.Event()
        self.lanes: list[SimpleQueue[StreamRecord]] = [SimpleQueue() for _ in range(LANES)]
        self._stream = Stream()

    def run(self) -> None:
        is_last = False
        while not is_last:
            is_last = self.ended.is_set()
            for record in self._stream.read():
                self.put(record)
            self.ended.wait(_PAUSE)

    def put(self, record: StreamRecord) -> None:
        """Put a record into its lane."""
        key = record["dynamodb"]["Keys"]
        self.lanes[zlib.crc32(f"{key['pk']['S']} {key['sk']['S']}".encode()) % LANES].put(record)


class _Worker(threading.Thread):
    """One of a lane: what it asks for again comes first in its next batch."""

    def __init__(self, reader: _Reader, lane: SimpleQueue[StreamRecord], repeated: float) -> None:
        super().__init__()
        self._reader, self._lane, self._repeated = reader, lane, repeated
        self._chance = random.Random(7)  # noqa: S311 - no secret

    def run(self) -> None:
        again: list[StreamRecord] = []
        while True:
            is_last = not self._reader.is_alive()
            batch = [*again, *self._taken(BATCH - len(again))]
            if batch and self._chance.random() < self._repeated:
                writing.write(batch)
            again = writing.write(batch)
            if is_last and not batch:
                return
            if not batch:
                self._reader.ended.wait(_PAUSE)

    def _taken(self, most: int) -> Iterator[StreamRecord]:
        for _ in range(most):
            try:
                yield self._lane.get_nowait()
            except Empty:
                return
