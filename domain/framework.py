"""The improvement framework as versioned data: what it asks of each level, point by point, under keys that last.

A framework holds improvement domains; a domain has practices and reflection questions; a practice has description
points and, for each level of the system, enactments. Every one of them bears a key (``1B``, ``1B.d2``,
``1C.state.3``, ``Q7``) that goals, supports and messages name. Milepost brings its own framework
(``standard_framework``); an agency may load further improvement domains, or a framework of its own, from a JSON file.
The order in which practices stand is the order of the source and forces nobody to begin with the first.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

from domain.errors import InvalidFramework, NotFound

STANDARD_FRAMEWORK = Path(__file__).parent / "framework_data" / "rapid-improvement.json"

LARGEST_FILE_BYTES = 5_000_000

CAPABILITY = re.compile(r"[A-Z][1-9][0-9]?")

Part = TypeVar("Part")


class Level(StrEnum):
    """Which level of the system an enactment is asked of."""

    STATE = "STATE"
    DISTRICT = "DISTRICT"
    SCHOOL = "SCHOOL"


@dataclass(frozen=True, slots=True)
class IntroductionPoint:
    """One thing a domain says of itself before its practices, e.g. ``1.i4``; ``serves`` are capability codes."""

    key: str
    text: str
    serves: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_statement(self)


@dataclass(frozen=True, slots=True)
class DescriptionPoint:
    """One thing a practice consists of, e.g. ``1B.d2``; ``serves`` are capability codes."""

    key: str
    text: str
    serves: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_statement(self)


@dataclass(frozen=True, slots=True)
class Enactment:
    """One thing a level does to enact a practice, e.g. ``1C.state.3``; ``serves`` are capability codes."""

    key: str
    level: Level
    text: str
    serves: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_statement(self)


@dataclass(frozen=True, slots=True)
class ReflectionQuestion:
    """One question for self-reflection on a domain, e.g. ``Q7``; ``serves`` are capability codes."""

    key: str
    text: str
    serves: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_statement(self)


Point = IntroductionPoint | DescriptionPoint | Enactment | ReflectionQuestion


@dataclass(frozen=True, slots=True)
class Practice:
    """One of a domain's practices, e.g. ``1A``: what it consists of, and who does what to enact it."""

    key: str
    title: str
    description: tuple[DescriptionPoint, ...]
    enactments: tuple[Enactment, ...]

    def __post_init__(self) -> None:
        _check_words("title", self.title)
        for place, point in enumerate(self.description):
            if not re.fullmatch(rf"{re.escape(self.key)}\.d[1-9][0-9]*", point.key):
                raise _foreign_key(("description", place), point.key, f"{self.key}.d1")
        for place, enactment in enumerate(self.enactments):
            level = enactment.level.lower()
            if not re.fullmatch(rf"{re.escape(self.key)}\.{level}\.[1-9][0-9]*", enactment.key):
                raise _foreign_key(("enactments", place), enactment.key, f"{self.key}.{level}.1")
        _check_keys_differ("description", self.description)
        _check_keys_differ("enactments", self.enactments)

    def enactments_at(self, level: Level) -> tuple[Enactment, ...]:
        """Return what this practice asks of ``level``, in the order of the source."""
        return tuple(enactment for enactment in self.enactments if enactment.level is level)


@dataclass(frozen=True, slots=True)
class ImprovementDomain:
    """One of the framework's domains, e.g. ``1``, with its practices and its questions for self-reflection.

    A question's key is ``Q7``, or ``2.Q7`` where the questions of each domain are counted from one.
    """

    key: str
    title: str
    introduction: tuple[IntroductionPoint, ...]
    practices: tuple[Practice, ...]
    questions: tuple[ReflectionQuestion, ...]

    def __post_init__(self) -> None:
        _check_words("title", self.title)
        own = re.escape(self.key)
        if not re.fullmatch(r"[A-Z]*[1-9][0-9]*", self.key):
            raise _foreign_key((), self.key, "1")
        if not self.practices:
            raise InvalidFramework("A domain needs at least one practice.", field=("practices",))
        for place, point in enumerate(self.introduction):
            if not re.fullmatch(rf"{own}\.i[1-9][0-9]*", point.key):
                raise _foreign_key(("introduction", place), point.key, f"{self.key}.i1")
        for place, practice in enumerate(self.practices):
            if not re.fullmatch(rf"{own}[A-Z]", practice.key):
                raise _foreign_key(("practices", place), practice.key, f"{self.key}A")
        for place, question in enumerate(self.questions):
            if not re.fullmatch(rf"({own}\.)?Q[1-9][0-9]*", question.key):
                raise _foreign_key(("questions", place), question.key, f"Q1 or {self.key}.Q1")
        _check_keys_differ("introduction", self.introduction)
        _check_keys_differ("practices", self.practices)
        _check_keys_differ("questions", self.questions)

    def points(self) -> Iterator[Point]:
        """Yield everything the domain says or asks, one statement at a time, in the order of the source."""
        yield from self.introduction
        for practice in self.practices:
            yield from practice.description
            yield from practice.enactments
        yield from self.questions


@dataclass(frozen=True)
class Framework:
    """A framework in one version; whatever names one of its keys finds it here."""

    key: str
    title: str
    version: str
    domains: tuple[ImprovementDomain, ...]

    def __post_init__(self) -> None:
        _check_words("key", self.key)
        _check_words("title", self.title)
        _check_words("version", self.version)
        if not self.domains:
            raise InvalidFramework("A framework needs at least one domain.", field=("domains",))
        _check_keys_differ("domains", self.domains)
        # Only questions may leave their domain's key out, so only they can meet across domains.
        asked: set[str] = set()
        for place, domain in enumerate(self.domains):
            for number, question in enumerate(domain.questions):
                if question.key in asked:
                    raise _borne_twice(("domains", place, "questions", number), question.key)
                asked.add(question.key)

    def domain(self, key: str) -> ImprovementDomain:
        """Return the domain that bears ``key``, e.g. ``1``, or raise ``NotFound``."""
        return _found(self._domains, "improvement domain", key)

    def practice(self, key: str) -> Practice:
        """Return the practice that bears ``key``, e.g. ``1A``, or raise ``NotFound``."""
        return _found(self._practices, "practice", key)

    def point(self, key: str) -> Point:
        """Return what the framework says or asks under ``key``, e.g. ``1B.d2`` or ``Q7``, or raise ``NotFound``."""
        return _found(self._points, "point of the framework", key)

    def practices(self) -> Iterator[Practice]:
        """Yield every practice, domain by domain."""
        yield from self._practices.values()

    def points(self) -> Iterator[Point]:
        """Yield everything the framework says or asks, one statement at a time, in the order of the source."""
        yield from self._points.values()

    def extended_by(self, addition: "Framework") -> "Framework":
        """Return this framework with the domains of ``addition`` after its own.

        The version names both, e.g. ``1.0 + coastal 2026``. Raises ``InvalidFramework`` if a key would be borne twice.
        """
        return replace(
            self,
            version=f"{self.version} + {addition.key} {addition.version}",
            domains=(*self.domains, *addition.domains),
        )

    @cached_property
    def _domains(self) -> Mapping[str, ImprovementDomain]:
        return {domain.key: domain for domain in self.domains}

    @cached_property
    def _practices(self) -> Mapping[str, Practice]:
        return {practice.key: practice for domain in self.domains for practice in domain.practices}

    @cached_property
    def _points(self) -> Mapping[str, Point]:
        return {point.key: point for domain in self.domains for point in domain.points()}


@cache
def standard_framework() -> Framework:
    """Return the framework that comes with Milepost."""
    return load_framework(STANDARD_FRAMEWORK)


def load_framework(path: Path) -> Framework:
    """Return the framework kept in a JSON file, its fields named as those of the classes above.

    Raises ``InvalidFramework``, which names the place in the file and the rule, if the file cannot be read, is larger
    than ``LARGEST_FILE_BYTES``, is not JSON in UTF-8, or does not describe a framework.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE_BYTES + 1)
    except OSError as fault:
        raise InvalidFramework(f"The framework file {path.name} cannot be read.") from fault
    if len(content) > LARGEST_FILE_BYTES:
        raise InvalidFramework(f"The framework file {path.name} is larger than {LARGEST_FILE_BYTES // 1_000_000} MB.")
    return parse_framework(content)


def parse_framework(content: bytes) -> Framework:
    """Return the framework described by JSON in UTF-8, or raise ``InvalidFramework`` naming the place and the rule."""
    try:
        record = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_fields_named_once)
    except UnicodeDecodeError as fault:
        raise InvalidFramework(f"The framework is not text in UTF-8: see byte {fault.start}.") from fault
    except json.JSONDecodeError as fault:
        raise InvalidFramework(
            f"The framework is not JSON: {fault.msg}, in line {fault.lineno}, column {fault.colno}."
        ) from fault
    except RecursionError as fault:
        raise InvalidFramework("The framework is nested too deeply to be one.") from fault
    try:
        return _read_framework(record)
    except InvalidFramework as fault:
        raise InvalidFramework(f"At {_place(fault.field)}: {fault.message}", field=fault.field) from None


def _read_framework(record: object) -> Framework:
    fields = _fields(record, "key", "title", "version", "domains")
    return Framework(
        key=_text(fields, "key"),
        title=_text(fields, "title"),
        version=_text(fields, "version"),
        domains=_parts(fields, "domains", _read_domain),
    )


def _read_domain(record: object) -> ImprovementDomain:
    fields = _fields(record, "key", "title", "introduction", "practices", "questions")
    return ImprovementDomain(
        key=_text(fields, "key"),
        title=_text(fields, "title"),
        introduction=_parts(fields, "introduction", _read_statement(IntroductionPoint)),
        practices=_parts(fields, "practices", _read_practice),
        questions=_parts(fields, "questions", _read_statement(ReflectionQuestion)),
    )


def _read_practice(record: object) -> Practice:
    fields = _fields(record, "key", "title", "description", "enactments")
    return Practice(
        key=_text(fields, "key"),
        title=_text(fields, "title"),
        description=_parts(fields, "description", _read_statement(DescriptionPoint)),
        enactments=_parts(fields, "enactments", _read_enactment),
    )


def _read_enactment(record: object) -> Enactment:
    fields = _fields(record, "key", "level", "text", optional=("serves",))
    level = _text(fields, "level")
    if level not in list(Level):
        raise InvalidFramework(f"{level!r} is not a level; the levels are {', '.join(Level)}.", field=("level",))
    return Enactment(_text(fields, "key"), Level(level), _text(fields, "text"), _codes(fields))


def _read_statement(kind: Callable[[str, str, tuple[str, ...]], Part]) -> Callable[[object], Part]:
    def read(record: object) -> Part:
        fields = _fields(record, "key", "text", optional=("serves",))
        return kind(_text(fields, "key"), _text(fields, "text"), _codes(fields))

    return read


def _fields(record: object, *required: str, optional: tuple[str, ...] = ()) -> Mapping[str, object]:
    if not isinstance(record, dict):
        raise InvalidFramework(f"There must be an object with the fields {', '.join(required)}.")
    for name in required:
        if name not in record:
            raise InvalidFramework("This field is missing.", field=(name,))
    for name in record:
        if name not in (*required, *optional):
            known = ", ".join((*required, *optional))
            raise InvalidFramework(f"There is no field {name!r} here; there are {known}.", field=(name,))
    return record


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields[name]
    if not isinstance(value, str):
        raise InvalidFramework("This must be text in quotes.", field=(name,))
    return value


def _codes(fields: Mapping[str, object]) -> tuple[str, ...]:
    def read(code: object) -> str:
        if not isinstance(code, str):
            raise InvalidFramework("This must be text in quotes.")
        return code

    return _parts(fields, "serves", read) if "serves" in fields else ()


def _parts(fields: Mapping[str, object], name: str, read: Callable[[object], Part]) -> tuple[Part, ...]:
    records = fields[name]
    if not isinstance(records, list):
        raise InvalidFramework("This must be a list.", field=(name,))
    parts = []
    for place, record in enumerate(records):
        try:
            parts.append(read(record))
        except InvalidFramework as fault:
            raise fault.under(name, place) from None
    return tuple(parts)


def _fields_named_once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, value in pairs:
        if name in fields:
            raise InvalidFramework(f"An object of the framework file has the field {name!r} twice.")
        fields[name] = value
    return fields


def _check_statement(point: Point) -> None:
    _check_words("text", point.text)
    for place, code in enumerate(point.serves):
        if not CAPABILITY.fullmatch(code):
            raise InvalidFramework(f"{code!r} is not a capability code such as G1.", field=("serves", place))


def _check_words(name: str, words: str) -> None:
    if not words.strip():
        raise InvalidFramework(f"The {name} must not be empty.", field=(name,))
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in words):
        raise InvalidFramework(f"The {name} must be one line, without control characters.", field=(name,))


def _check_keys_differ(name: str, parts: Sequence[Point | Practice | ImprovementDomain]) -> None:
    borne: set[str] = set()
    for place, part in enumerate(parts):
        if part.key in borne:
            raise _borne_twice((name, place), part.key)
        borne.add(part.key)


def _borne_twice(field: tuple[str | int, ...], key: str) -> InvalidFramework:
    return InvalidFramework(f"The key {key!r} is borne twice.", field=(*field, "key"))


def _foreign_key(field: tuple[str | int, ...], key: str, example: str) -> InvalidFramework:
    rule = f"The key {key!r} does not fit where it stands; it would be like {example}."
    return InvalidFramework(rule, field=(*field, "key"))


def _found(parts: Mapping[str, Part], what: str, key: str) -> Part:
    if key in parts:
        return parts[key]
    raise NotFound(what, key, field=("key",))


def _place(field: tuple[str | int, ...]) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in field)
    return steps.removeprefix(".") or "the top"
