"""What is measured: indicators, and readings in four states that are never mixed up.

A reading is observed, suppressed, missing or not applicable. None of the last three is a zero, and none of them is
another of them.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from math import inf, isfinite
from typing import NamedTuple, Self

from domain.errors import InvalidInput, InvalidReading
from domain.identity import IndicatorId, ObservationId, OrganizationId
from domain.wording import LONGEST_NAME, LONGEST_TEXT, check_length, in_words

ALL_STUDENTS = "ALL"

STUDENT_GROUP = re.compile(r"[A-Z][A-Z0-9_]{1,11}")
"""How a student group is written: 2 to 12 capitals, digits and underscores, such as ``ALL``, ``EL`` or ``SWD``."""


class Occasion(StrEnum):
    """Which kind of measurement a reading comes from."""

    ANNUAL = "ANNUAL"
    INTERIM = "INTERIM"


class ReadingState(StrEnum):
    """What is known of a value."""

    OBSERVED = "OBSERVED"
    SUPPRESSED = "SUPPRESSED"
    MISSING = "MISSING"
    NOT_APPLICABLE = "NOT_APPLICABLE"


@dataclass(eq=False)
class Indicator:
    """Something measured in every school of an owner (a state), in one unit, within [``lowest``, ``highest``].

    ``student_sd`` is the standard deviation of single students in the indicator's unit: it turns an effect size into
    that unit. None where it is not known.
    """

    id: IndicatorId
    owner_id: OrganizationId
    key: str
    name: str
    unit: str
    lowest: float
    highest: float
    higher_is_better: bool = True
    decimals: int = 0
    student_sd: float | None = None
    description: str = ""
    version: int = 1

    def __post_init__(self) -> None:
        if not self.lowest < self.highest:
            raise InvalidInput(f"{self.name} cannot range from {self.lowest} to {self.highest}.", field=("highest",))
        for what, text, most, name in (
            ("A key", self.key, LONGEST_NAME, "key"),
            ("A name", self.name, LONGEST_NAME, "name"),
            ("A unit", self.unit, LONGEST_NAME, "unit"),
            ("A description", self.description, LONGEST_TEXT, "description"),
        ):
            check_length(text, most, what=what, field=name, refusal=InvalidInput)

    def check(self, value: float) -> None:
        """Raise ``InvalidReading`` if ``value`` cannot occur on this indicator."""
        if not self.lowest <= value <= self.highest:
            raise InvalidReading(
                f"{self.name} lies between {in_words(self.lowest)} and {in_words(self.highest)} {self.unit}; "
                f"{in_words(value)} does not.",
                field=("value",),
            )


@dataclass(frozen=True, slots=True)
class Reading:
    """A value and what is known of it; ``value`` is there exactly when the state is OBSERVED.

    ``tested``: pupils behind the value; ``standard_error`` in the indicator's unit. They too are told of an observed
    value only: the number behind a suppressed one would disclose what the suppression protects.
    """

    state: ReadingState
    value: float | None = None
    tested: int | None = None
    standard_error: float | None = None

    def __post_init__(self) -> None:
        if (self.state is ReadingState.OBSERVED) != (self.value is not None):
            raise InvalidReading(
                "An observed reading needs a value, and only an observed reading has one.", field=("value",)
            )
        if self.value is None and self.tested is not None:
            raise InvalidReading("Only an observed reading tells how many were tested.", field=("tested",))
        if self.value is None and self.standard_error is not None:
            raise InvalidReading("Only an observed reading has a standard error.", field=("standardError",))
        if self.value is not None and not isfinite(self.value):
            raise InvalidReading(f"A reading is a number; {self.value} is none.", field=("value",))
        if self.tested is not None and self.tested < 0:
            raise InvalidReading(f"The number tested cannot be {self.tested}.", field=("tested",))
        if self.standard_error is not None and not 0 <= self.standard_error < inf:
            raise InvalidReading(f"A standard error cannot be {self.standard_error}.", field=("standardError",))

    @classmethod
    def observed(cls, value: float, tested: int | None = None, standard_error: float | None = None) -> Self:
        return cls(ReadingState.OBSERVED, value, tested, standard_error)

    @classmethod
    def suppressed(cls) -> Self:
        return cls(ReadingState.SUPPRESSED)

    @classmethod
    def missing(cls) -> Self:
        return cls(ReadingState.MISSING)

    @classmethod
    def not_applicable(cls) -> Self:
        return cls(ReadingState.NOT_APPLICABLE)


@dataclass(eq=False)
class Observation:
    """One reading of one indicator for one student group of one organization on one occasion."""

    id: ObservationId
    organization_id: OrganizationId
    indicator_id: IndicatorId
    student_group: str
    occasion: Occasion
    observed_on: date
    reading: Reading
    source: str
    revision: int = 1
    recorded_at: datetime | None = None


class ObservedValue(NamedTuple):
    """An observed reading, stripped to what calculations over many thousands of them need."""

    organization_id: OrganizationId
    indicator_id: IndicatorId
    student_group: str
    occasion: Occasion
    observed_on: date
    value: float
    tested: int | None
