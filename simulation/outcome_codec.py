"""What a forecast says, as bytes to keep and back: canonical JSON, so that equal outcomes are equal bytes."""

import orjson

from simulation.inputs import decoded
from simulation.outcomes import ForecastOutcome


def outcome_to_bytes(outcome: ForecastOutcome) -> bytes:
    """Return the outcome as JSON with sorted keys and the shortest floats that read back exactly."""
    return orjson.dumps(outcome, option=orjson.OPT_SORT_KEYS)


def outcome_from_bytes(data: bytes) -> ForecastOutcome:
    """Return what ``outcome_to_bytes`` wrote; raises ``InvalidInput`` if ``data`` is something else."""
    return decoded(ForecastOutcome, orjson.loads(data))
