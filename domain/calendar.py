"""School years, fiscal years and the stretches of time in which a fact holds."""

from dataclasses import dataclass
from datetime import date

from domain.errors import InvalidOrganization

FISCAL_YEAR_STARTS = (7, 1)
ANNUAL_TEST = (5, 15)


def school_year(day: date) -> int:
    """Return the school year ``day`` lies in, named by its spring: 1 July 2026 opens 2027."""
    return day.year + (day >= date(day.year, *FISCAL_YEAR_STARTS))


def school_year_start(year: int) -> date:
    """Return the first day of the school and fiscal year named by its spring."""
    return date(year - 1, *FISCAL_YEAR_STARTS)


def annual_test_day(year: int) -> date:
    """Return the day that stands for the spring assessment of a school year."""
    return date(year, *ANNUAL_TEST)


def months_between(start: date, end: date) -> float:
    """Return the time from ``start`` to ``end`` in months of 365.25 / 12 days."""
    return (end - start).days * 12 / 365.25


@dataclass(frozen=True, slots=True)
class Validity:
    """The days on which a dated fact holds: from ``start`` up to but not including ``end`` (None: still)."""

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise InvalidOrganization(
                f"A period must end after it starts; this one runs from {self.start} to {self.end}.", field=("end",)
            )

    def holds_on(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: "Validity") -> bool:
        return (self.end is None or other.start < self.end) and (other.end is None or self.start < other.end)
