"""Mapping profiles: what the columns of a file mean, said once and used again for every new edition of the file.

A profile is plain frozen data; ``profile_file`` reads one from TOML and docs/guides/importing.md says how to write one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.goals import Direction
from domain.indicators import ALL_STUDENTS, ReadingState
from domain.organizations import SchoolLevel


class ProfileKind(StrEnum):
    """What a file is a list of."""

    PANEL = "panel"  # schools by years, with readings
    DIRECTORY = "directory"  # schools and their districts, without readings


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How a file is written down. Cells in ``missing`` say nothing; ``only`` keeps rows with one of these values."""

    encoding: str = "utf-8"
    delimiter: str = ","
    missing: tuple[str, ...] = ()
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StateColumns:
    """Which state a row belongs to: always ``code``, or whatever postal code stands in ``column``."""

    code: str | None = None
    name: str | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class LevelRule:
    """Which grades a school teaches: ``always`` one level, by the code in ``column``, or ``from_grades``."""

    column: str | None = None
    values: Mapping[str, SchoolLevel] = field(default_factory=dict)
    always: SchoolLevel | None = None
    from_grades: bool = False


@dataclass(frozen=True, slots=True)
class DistrictColumns:
    """Who a district is. ``name_format`` names one that the file does not name.

    ``shared_names`` are names that stand for many districts at once (such as all charter schools): a district that
    bears one is called like its school instead.
    """

    scheme: str
    id: str
    name: str | None = None
    name_format: str = "District {id}"
    shared_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SchoolColumns:
    """Who a school is."""

    scheme: str
    id: str
    name: str | None = None
    name_format: str = "School {id}"
    city: str | None = None
    level: LevelRule = field(default_factory=LevelRule)


@dataclass(frozen=True, slots=True)
class YearRule:
    """Which school year a row is about, named by its spring: the one in ``column``, or ``always`` the same."""

    column: str | None = None
    always: int | None = None


@dataclass(frozen=True, slots=True)
class ShareColumn:
    """A share of pupils; ``percent`` tells that the file gives it out of 100."""

    column: str
    percent: bool = False


@dataclass(frozen=True, slots=True)
class ProfileColumns:
    """What a school looked like in the year of the row."""

    enrolment: str | None = None
    lowest_grade: str | None = None
    highest_grade: str | None = None
    share_disadvantaged: ShareColumn | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A code beside a value that says what is known of it, such as 3 = fewer than ten pupils."""

    column: str
    values: tuple[str, ...]
    state: ReadingState
    note: str = ""


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """A blank is no gap in the rows whose ``column`` holds one of ``values``: the thing is not measured there."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YearlyColumns:
    """Where a number stands: in the one ``column`` of a row of each year, or in a column ``by_year``."""

    column: str | None = None
    by_year: Mapping[int, str] = field(default_factory=dict)

    def names(self) -> tuple[str, ...]:
        return (self.column,) if self.column else tuple(self.by_year.values())

    def of(self, year: int | None) -> str | None:
        """Return the column for a year; None as the year means: the year of the row."""
        return self.column if year is None or not self.by_year else self.by_year.get(year)


@dataclass(frozen=True, slots=True)
class IndicatorColumns:
    """One indicator, and where its readings stand.

    ``breaks``: school years in which its scale was re-based. ``first_year`` and ``last_year``: it was published in
    these years only, and a blank in another one is no reading at all.
    """

    key: str
    name: str
    unit: str
    lowest: float
    highest: float
    values: YearlyColumns
    higher_is_better: bool = True
    decimals: int = 0
    student_sd: float | None = None
    description: str = ""
    student_group: str = ALL_STUDENTS
    tested: YearlyColumns = field(default_factory=YearlyColumns)
    marks: tuple[Mark, ...] = ()
    not_applicable: NotApplicable | None = None
    first_year: int | None = None
    last_year: int | None = None
    breaks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Covariate:
    """A column that helps to forecast and is not imported."""

    key: str
    column: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """Which rows had their outcomes left out of the file, and what to note beside a reading missing for that."""

    column: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Unless:
    """What a goal is where its gain is blank and the baseline already stands at ``aim`` or beyond."""

    direction: Direction
    aim: float
    title: str


@dataclass(frozen=True, slots=True)
class GoalColumns:
    """A goal a school, set by the file: move ``indicator`` by the gain in column ``gain`` in the stretch of years."""

    indicator: str
    gain: str
    baseline_year: int
    due_year: int
    title: str
    direction: Direction = Direction.RAISE
    definition_of_success: str = ""
    without_gain: Unless | None = None


@dataclass(frozen=True, slots=True)
class ImportProfile:
    """How to read one kind of file."""

    name: str
    kind: ProfileKind
    title: str
    source: str
    state: StateColumns
    district: DistrictColumns
    school: SchoolColumns
    year: YearRule
    file: FileFormat = field(default_factory=FileFormat)
    profile: ProfileColumns = field(default_factory=ProfileColumns)
    indicators: tuple[IndicatorColumns, ...] = ()
    covariates: tuple[Covariate, ...] = ()
    withheld: Withheld | None = None
    goals: GoalColumns | None = None

    def columns(self) -> tuple[str, ...]:
        """Return every column the profile speaks of, each once, in the order in which it does."""
        named: list[str | None] = [self.state.column, self.district.id, self.district.name]
        named += [self.school.id, self.school.name, self.school.city, self.school.level.column, self.year.column]
        named += [self.profile.enrolment, self.profile.lowest_grade, self.profile.highest_grade]
        named += [self.profile.share_disadvantaged.column if self.profile.share_disadvantaged else None]
        named += list(self.file.only)
        for indicator in self.indicators:
            named += [*indicator.values.names(), *indicator.tested.names()]
            named += [mark.column for mark in indicator.marks]
            named += [indicator.not_applicable.column if indicator.not_applicable else None]
        named += [covariate.column for covariate in self.covariates]
        named += [self.withheld.column if self.withheld else None, self.goals.gain if self.goals else None]
        return tuple(dict.fromkeys(column for column in named if column))

    def indicator(self, key: str) -> IndicatorColumns:
        """Return the indicator of that key; there is one."""
        return next(each for each in self.indicators if each.key == key)

    def breaks(self) -> dict[str, tuple[int, ...]]:
        """Return, by indicator key, the school years in which its scale was re-based."""
        return {each.key: each.breaks for each in self.indicators}
