"""In which stretches the replications of a forecast are computed.

They are fixed by the number of replications alone, so that every worker, with however many processes, merges the same
stretches in the same order.
"""

from collections.abc import Iterator

# (up to this replication, stretches of this length): short at first, for an early estimate and quick turns between
# forecasts; longer where there are so many that storing them would cost.
LENGTHS = ((16, 2), (200, 4), (2_000, 10), (20_000, 50))


def stretches(replications: int) -> Iterator[tuple[int, int]]:
    """Yield ``(first, last)`` in order; together they hold every replication from 0 up to ``replications`` once."""
    first = 0
    for limit, length in LENGTHS:
        while first < min(limit, replications):
            last = min(first + length, limit, replications)
            yield first, last
            first = last
