"""Mapping profiles as TOML files: read, checked key by key, and found by name."""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from domain.errors import ImportRefused
from domain.goals import LONGEST_YEARS, Direction
from domain.indicators import ALL_STUDENTS, ReadingState
from domain.organizations import SchoolLevel
from domain.wording import LONGEST_NAME, LONGEST_TEXT
from storage.imports.profiles import (
    Covariate,
    DistrictColumns,
    FileFormat,
    GoalColumns,
    ImportProfile,
    IndicatorColumns,
    LevelRule,
    Mark,
    NotApplicable,
    ProfileColumns,
    ProfileKind,
    SchoolColumns,
    ShareColumn,
    StateColumns,
    Unless,
    Withheld,
    YearlyColumns,
    YearRule,
)

PROFILES = Path(__file__).parents[2] / "examples" / "profiles"
ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1")
LARGEST_PROFILE_BYTES = 1_000_000
FREE_TEXTS = frozenset({"notes", "note", "source", "description", "definition_of_success"})
AIM_DIGITS = 24

Word = TypeVar("Word", Direction, ReadingState, SchoolLevel, ProfileKind)


class InvalidImportProfile(ImportRefused):
    """A mapping profile that does not say what it must; ``field`` names the key."""


def profile_names() -> tuple[str, ...]:
    """Return the names of the profiles that come with Milepost."""
    return tuple(sorted(file.stem for file in PROFILES.glob("*.toml")))


def load_profile(name_or_path: str | Path) -> ImportProfile:
    """Return the profile of that name, or the one in the TOML file at that path.

    Raises ``InvalidImportProfile``.
    """
    text = str(name_or_path)
    if re.fullmatch(r"[a-z0-9_-]+", text):
        path = PROFILES / f"{text}.toml"
        if not path.is_file():
            raise InvalidImportProfile(
                f"There is no mapping profile “{text}”. Those that come with Milepost are "
                f"{', '.join(profile_names())}; for one of your own give the path of its TOML file.",
                field=("profile",),
            )
    else:
        path = Path(name_or_path)
    try:
        if path.stat().st_size > LARGEST_PROFILE_BYTES:
            raise InvalidImportProfile(f"{path.name} is too large to be a mapping profile.", field=("profile",))
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as reason:
        raise InvalidImportProfile(
            f"The mapping profile {path.name} cannot be read. Is it there, and is it text in UTF-8?", field=("profile",)
        ) from reason
    return parse_profile(content, path.stem)


def parse_profile(content: str, name: str) -> ImportProfile:
    """Return the profile that the TOML text ``content`` describes. Raises ``InvalidImportProfile``."""
    try:
        raw = tomllib.loads(content)
    except tomllib.TOMLDecodeError as reason:
        raise InvalidImportProfile(f"The mapping profile {name} is not valid TOML: {reason}.") from reason
    return _profile(_Table(raw, name, ()), name)


class _Table:
    """A TOML table being read: every key taken is checked, and none may be left over."""

    def __init__(self, raw: Mapping[str, Any], profile: str, path: tuple[str | int, ...]) -> None:
        self._raw = dict(raw)
        self._profile = profile
        self._path = path

    def wrong(self, key: str, rule: str) -> InvalidImportProfile:
        path = (*self._path, key)
        return InvalidImportProfile(
            f"The mapping profile {self._profile} is wrong at “{'.'.join(map(str, path))}”: {rule}.", field=path
        )

    def take(self, key: str, kind: type | tuple[type, ...], rule: str, default: Any = ...) -> Any:
        value = self._raw.pop(key, default)
        if value is ...:
            raise self.wrong(key, f"it is not there; it must be {rule}")
        if value is not default and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            raise self.wrong(key, f"it must be {rule}")
        return value

    def text(self, key: str, default: Any = ...) -> Any:
        value = self.take(key, str, "a text", default)
        if isinstance(value, str) and value is not default and not value.strip():
            raise self.wrong(key, "it must not be blank")
        most = LONGEST_TEXT if key in FREE_TEXTS else LONGEST_NAME
        if isinstance(value, str) and value is not default and len(value) > most:
            raise self.wrong(key, f"it must have at most {most:,} characters")
        return value

    def number(self, key: str, default: Any = ...) -> Any:
        value = self.take(key, (int, float), "a number", default)
        return float(value) if isinstance(value, int) else value

    def whole(self, key: str, default: Any = ...) -> Any:
        return self.take(key, int, "a whole number", default)

    def flag(self, key: str, default: bool) -> bool:
        value: bool = self.take(key, bool, "true or false", default)
        return value

    def texts(self, key: str, default: Any = ()) -> tuple[str, ...]:
        value = self.take(key, (list, str), "a list of texts", default)
        listed = [value] if isinstance(value, str) else list(value)
        if not all(isinstance(each, str) for each in listed):
            raise self.wrong(key, "it must be a list of texts; put numbers in quotation marks")
        return tuple(listed)

    def years(self, key: str) -> tuple[int, ...]:
        value = self.take(key, list, "a list of school years", [])
        if not all(isinstance(each, int) for each in value):
            raise self.wrong(key, "it must be a list of school years, such as [2010]")
        return tuple(value)

    def word(self, key: str, kind: type[Word], default: Any = ...) -> Any:
        words = [each.value for each in kind]
        value = self.take(key, str, f"one of {', '.join(words)}", default)
        if value is default and not isinstance(value, str):
            return value
        try:
            return kind(value)
        except ValueError:
            raise self.wrong(key, f"“{value}” is not one of {', '.join(words)}") from None

    def table(self, key: str) -> "_Table | None":
        value = self.take(key, dict, "a table", None)
        return None if value is None else _Table(value, self._profile, (*self._path, key))

    def required_table(self, key: str) -> "_Table":
        return _Table(self.take(key, dict, f"a table, [{key}]"), self._profile, (*self._path, key))

    def tables(self, key: str) -> list["_Table"]:
        value = self.take(key, list, f"a list of tables, [[{key}]]", [])
        if not all(isinstance(each, dict) for each in value):
            raise self.wrong(key, f"it must be a list of tables, [[{key}]]")
        return [_Table(each, self._profile, (*self._path, key, at)) for at, each in enumerate(value)]

    def left(self) -> list[str]:
        return list(self._raw)

    def yearly(self, key: str, *, required: bool) -> YearlyColumns:
        """Return a column, or a table from school years to columns."""
        rule = 'a column, or a table such as { 1999 = "api99" }'
        value = self.take(key, (str, dict), rule, ... if required else None)
        if value is None:
            return YearlyColumns()
        if isinstance(value, str):
            return YearlyColumns(column=value)
        if not value or not all(re.fullmatch(r"\d{4}", year) and isinstance(of, str) for year, of in value.items()):
            raise self.wrong(key, f"it must be {rule}")
        return YearlyColumns(by_year={int(year): of for year, of in sorted(value.items())})

    def done(self) -> None:
        if self._raw:
            left = next(iter(self._raw))
            raise self.wrong(left, "no such key is known here")


Part = TypeVar("Part")


def _whole(table: _Table, read: Callable[[_Table], Part]) -> Part:
    part = read(table)
    table.done()
    return part


def _profile(top: _Table, name: str) -> ImportProfile:
    kind = top.word("kind", ProfileKind)
    title, source = top.text("title"), top.text("source")
    top.text("notes", None)
    file, share, withheld, goals = (top.table(key) for key in ("file", "profile", "withheld", "goals"))
    profile = ImportProfile(
        name=name,
        kind=kind,
        title=title,
        source=source,
        state=_whole(top.required_table("state"), _state),
        district=_whole(top.required_table("district"), _district),
        school=_whole(top.required_table("school"), _school),
        year=_whole(top.required_table("year"), _year),
        file=_whole(file, _file) if file else FileFormat(),
        profile=_whole(share, _profile_columns) if share else ProfileColumns(),
        indicators=tuple(_whole(each, _indicator) for each in top.tables("indicators")),
        covariates=tuple(_whole(each, _covariate) for each in top.tables("covariates")),
        withheld=_whole(withheld, _withheld) if withheld else None,
        goals=_whole(goals, _goals) if goals else None,
    )
    top.done()
    _check_together(profile, top)
    return profile


def _check_together(profile: ImportProfile, top: _Table) -> None:
    """Refuse parts that are right each alone and wrong together."""
    if profile.kind is ProfileKind.PANEL and not profile.indicators:
        raise top.wrong("indicators", "a panel needs at least one indicator")
    if profile.kind is ProfileKind.PANEL and profile.state.code is None:
        raise top.wrong("state.code", "a panel is about one state; its indicators belong to it")
    if profile.kind is ProfileKind.DIRECTORY and (profile.indicators or profile.goals):
        raise top.wrong("indicators", 'a directory has no readings; use kind = "panel"')
    keys = [each.key for each in profile.indicators] + [each.key for each in profile.covariates]
    for key in keys:
        if keys.count(key) > 1:
            raise top.wrong("indicators", f"two of them have the key “{key}”")
    grades = profile.profile.lowest_grade and profile.profile.highest_grade
    if profile.school.level.from_grades and not grades:
        raise top.wrong("school.level.from_grades", "it needs profile.lowest_grade and profile.highest_grade")
    if profile.goals and profile.goals.indicator not in {each.key for each in profile.indicators}:
        raise top.wrong("goals.indicator", f"there is no indicator “{profile.goals.indicator}”")
    if profile.goals and profile.goals.due_year <= profile.goals.baseline_year:
        raise top.wrong("goals.due_year", "it must come after goals.baseline_year")
    if profile.goals and profile.goals.due_year - profile.goals.baseline_year > LONGEST_YEARS:
        raise top.wrong("goals.due_year", f"it must come at most {LONGEST_YEARS} years after goals.baseline_year")


def _file(table: _Table) -> FileFormat:
    encoding, delimiter = table.text("encoding", "utf-8").lower(), table.take("delimiter", str, "one character", ",")
    if encoding not in ENCODINGS:
        raise table.wrong("encoding", f"“{encoding}” is not one of {', '.join(ENCODINGS)}")
    if len(delimiter.encode()) != 1 or delimiter in '"\r\n':
        raise table.wrong("delimiter", "it must be one character, such as , or ;")
    only = table.table("only")
    return FileFormat(
        encoding, delimiter, table.texts("missing"), {key: only.texts(key) for key in only.left()} if only else {}
    )


def _state(table: _Table) -> StateColumns:
    code, column = table.text("code", None), table.text("column", None)
    if (code is None) == (column is None):
        raise table.wrong("code", "give either the postal code of the state or the column it stands in")
    return StateColumns(code, table.text("name", None), column)


def _district(table: _Table) -> DistrictColumns:
    return DistrictColumns(
        table.text("scheme"),
        table.text("id"),
        table.text("name", None),
        _name_format(table, "District {id}"),
        table.texts("shared_names"),
    )


def _name_format(table: _Table, default: str) -> str:
    name_format: str = table.text("name_format", default)
    if "{id}" not in name_format:
        raise table.wrong("name_format", "it must contain {id}, or all would be called the same")
    return name_format


def _school(table: _Table) -> SchoolColumns:
    level = table.table("level")
    return SchoolColumns(
        table.text("scheme"),
        table.text("id"),
        table.text("name", None),
        _name_format(table, "School {id}"),
        table.text("city", None),
        _whole(level, _level) if level else LevelRule(),
    )


def _level(table: _Table) -> LevelRule:
    column, values = table.text("column", None), table.table("values")
    rule = LevelRule(
        column,
        {code: values.word(code, SchoolLevel) for code in values.left()} if values else {},
        table.word("always", SchoolLevel, None),
        table.flag("from_grades", False),
    )
    if (rule.column is not None) + (rule.always is not None) + rule.from_grades != 1:
        raise table.wrong("column", "give one of column (with values), always and from_grades")
    if rule.column and not rule.values:
        raise table.wrong("values", "say which code stands for which level")
    return rule


def _year(table: _Table) -> YearRule:
    rule = YearRule(table.text("column", None), table.whole("always", None))
    if (rule.column is None) == (rule.always is None):
        raise table.wrong("column", "give either the column the year stands in, or the one year of all rows (always)")
    return rule


def _profile_columns(table: _Table) -> ProfileColumns:
    share = table.take("share_disadvantaged", (str, dict), "a column, or a table with column and percent", None)
    if isinstance(share, str):
        share = {"column": share}
    return ProfileColumns(
        table.text("enrolment", None),
        table.text("lowest_grade", None),
        table.text("highest_grade", None),
        _whole(_Table(share, table._profile, (*table._path, "share_disadvantaged")), _share) if share else None,
    )


def _share(table: _Table) -> ShareColumn:
    return ShareColumn(table.text("column"), table.flag("percent", False))


def _indicator(table: _Table) -> IndicatorColumns:
    not_applicable = table.table("not_applicable")
    indicator = IndicatorColumns(
        key=table.text("key"),
        name=table.text("name"),
        unit=table.text("unit"),
        lowest=table.number("lowest"),
        highest=table.number("highest"),
        values=table.yearly("column", required=True),
        higher_is_better=table.flag("higher_is_better", True),
        decimals=table.whole("decimals", 0),
        student_sd=table.number("student_sd", None),
        description=table.text("description", ""),
        student_group=table.text("student_group", ALL_STUDENTS),
        tested=table.yearly("tested", required=False),
        marks=tuple(_whole(each, _mark) for each in table.tables("marks")),
        not_applicable=_whole(not_applicable, _not_applicable) if not_applicable else None,
        first_year=table.whole("first_year", None),
        last_year=table.whole("last_year", None),
        breaks=table.years("breaks"),
    )
    if not re.fullmatch(r"[a-z][a-z0-9_]*", indicator.key):
        raise table.wrong("key", f"“{indicator.key}” must be small letters, digits and underscores")
    if not indicator.lowest < indicator.highest:
        raise table.wrong("highest", f"it must be above lowest ({indicator.lowest:g})")
    return indicator


def _mark(table: _Table) -> Mark:
    return Mark(
        table.text("column"), table.texts("values", ...), table.word("state", ReadingState), table.text("note", "")
    )


def _not_applicable(table: _Table) -> NotApplicable:
    return NotApplicable(table.text("column"), table.texts("values", ...))


def _covariate(table: _Table) -> Covariate:
    key = table.text("key")
    return Covariate(key, table.text("column", key))


def _withheld(table: _Table) -> Withheld:
    return Withheld(table.text("column"), table.text("value"), table.text("note"))


def _goals(table: _Table) -> GoalColumns:
    without_gain = table.table("without_gain")
    return GoalColumns(
        table.text("indicator"),
        table.text("gain"),
        table.whole("baseline_year"),
        table.whole("due_year"),
        _goal_title(table),
        table.word("direction", Direction, Direction.RAISE),
        table.text("definition_of_success", ""),
        _whole(without_gain, _unless) if without_gain else None,
    )


def _unless(table: _Table) -> Unless:
    return Unless(table.word("direction", Direction), table.number("aim"), _goal_title(table))


def _goal_title(table: _Table) -> str:
    title: str = table.text("title")
    if len(title.replace("{aim}", "9" * AIM_DIGITS)) > LONGEST_NAME:
        raise table.wrong("title", f"with its aim it must have at most {LONGEST_NAME} characters")
    return title
