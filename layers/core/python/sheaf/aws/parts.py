"""aws: many things, by as many as one call of a service takes."""

from collections.abc import Callable, Iterator, Sequence


def parts[Item](
    wanted: Sequence[Item], size: Callable[[Item], int], *, at_most: int, most_bytes: int
) -> Iterator[list[Item]]:
    """The same in their order, cut into lists of `at_most` items that come to `most_bytes`; one item may be larger."""
    part: list[Item] = []
    total = 0
    for item in wanted:
        length = size(item)
        if part and (len(part) == at_most or total + length > most_bytes):
            yield part
            part, total = [], 0
        part.append(item)
        total += length
    if part:
        yield part
