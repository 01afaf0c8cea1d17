"""The framework: complete against its source, said in words of our own, and refused in clear words when broken."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidFramework, NotFound
from domain.framework import (
    LARGEST_FILE_BYTES,
    STANDARD_FRAMEWORK,
    DescriptionPoint,
    Enactment,
    Framework,
    ImprovementDomain,
    IntroductionPoint,
    Level,
    Practice,
    ReflectionQuestion,
    load_framework,
    parse_framework,
    standard_framework,
)

SHARED = Path(__file__).parents[3] / "shared"
SOURCE = SHARED / "framework" / "domain-1-source.txt"
PRODUCT = SHARED / "product.md"

needs_source = pytest.mark.skipif(not SOURCE.exists(), reason="the source text of the framework is not at hand")
needs_product = pytest.mark.skipif(not PRODUCT.exists(), reason="the description of the product is not at hand")

# What the source holds, counted by hand: description points, then enactments asked of state, district and school.
COUNTS = {"1A": (4, 2, 2, 3), "1B": (4, 2, 3, 3), "1C": (3, 4, 2, 2)}
INTRODUCTION_POINTS = 5
QUESTIONS = 18

# How many capabilities there are under each letter: a code in the data beyond them would serve nothing.
CAPABILITIES = {"F": 5, "O": 5, "G": 11, "N": 10, "C": 4, "D": 4, "S": 13, "P": 4}


# Complete


def test_domain_1_has_its_three_practices_under_their_own_titles() -> None:
    leadership = standard_framework().domain("1")
    assert leadership.title == "Leadership for Rapid Improvement"
    assert {practice.key: practice.title for practice in leadership.practices} == {
        "1A": "Prioritize Improvement and Communicate its Urgency",
        "1B": "Monitor Short- and Long-Term Goals",
        "1C": "Customize and Target Support to Meet Needs",
    }


@pytest.mark.parametrize("key", COUNTS)
def test_a_practice_has_every_description_point_and_every_enactment(key: str) -> None:
    practice = standard_framework().practice(key)
    points, *enactments = COUNTS[key]
    expected = [f"{key}.d{number}" for number in range(1, points + 1)]
    for level, count in zip(Level, enactments, strict=True):
        expected += [f"{key}.{level.lower()}.{number}" for number in range(1, count + 1)]
    described = [point.key for point in practice.description]
    assert described + [enactment.key for enactment in practice.enactments] == expected


def test_domain_1_has_every_introduction_point_and_every_question() -> None:
    leadership = standard_framework().domain("1")
    assert [point.key for point in leadership.introduction] == [f"1.i{n + 1}" for n in range(INTRODUCTION_POINTS)]
    assert [question.key for question in leadership.questions] == [f"Q{n + 1}" for n in range(QUESTIONS)]


@needs_source
def test_every_element_of_the_source_is_one_record() -> None:
    data = standard_framework()
    source = list(source_elements())
    assert [key for key, _ in source] == [point.key for point in data.points()]
    titles = re.findall(r"^Practice (1[A-C]): (.+?)\s*$", SOURCE.read_text(encoding="utf-8"), re.MULTILINE)
    assert titles == [(practice.key, practice.title) for practice in data.practices()]


@needs_source
def test_the_words_are_our_own() -> None:
    """No five words in a row stand in the source as well, and no shorter sentence is the source's own."""
    source = dict(source_elements())
    copied = {phrase for text in source.values() for phrase in phrases(text, of=5)}
    for point in standard_framework().points():
        assert not phrases(point.text, of=5) & copied, point.key
        assert point.text != source[point.key]


@needs_product
def test_every_element_serves_the_capabilities_named_for_it() -> None:
    serves = {point.key: list(point.serves) for point in standard_framework().points()}
    for key, codes in mapped_capabilities().items():
        assert serves.pop(key) == codes, key
    # These two say how the framework is laid out; the mapping leaves them out and F1 is what holds the layout.
    assert serves == {"1.i1": ["F1"], "1.i2": ["F1"]}


# Sound


def test_every_element_serves_at_least_one_capability_that_exists() -> None:
    for point in standard_framework().points():
        assert point.serves, point.key
        assert len(set(point.serves)) == len(point.serves), point.key
        for code in point.serves:
            assert 1 <= int(code[1:]) <= CAPABILITIES[code[0]], (point.key, code)


def test_no_key_and_no_sentence_is_there_twice() -> None:
    points = list(standard_framework().points())
    assert max(Counter(point.key for point in points).values()) == 1
    assert max(Counter(point.text for point in points).values()) == 1


def test_every_practice_asks_something_of_every_level() -> None:
    for practice in standard_framework().practices():
        assert all(practice.enactments_at(level) for level in Level)
        assert sum(len(practice.enactments_at(level)) for level in Level) == len(practice.enactments)


def test_statements_read_as_sentences() -> None:
    for point in standard_framework().points():
        ending = "?" if isinstance(point, ReflectionQuestion) else "."
        assert point.text[0].isupper(), point.key
        assert point.text.endswith(ending), point.key
        assert point.text.count(". ") == 0, point.key


# Looking up


def test_a_key_finds_its_element() -> None:
    framework = standard_framework()
    assert isinstance(framework.point("1.i3"), IntroductionPoint)
    assert isinstance(framework.point("1B.d2"), DescriptionPoint)
    assert isinstance(framework.point("Q7"), ReflectionQuestion)
    enactment = framework.point("1C.state.3")
    assert isinstance(enactment, Enactment)
    assert enactment.level is Level.STATE
    assert enactment in framework.practice("1C").enactments_at(Level.STATE)
    assert enactment not in framework.practice("1C").enactments_at(Level.SCHOOL)


@pytest.mark.parametrize(
    ("look_up", "key"), [(Framework.point, "1B.d5"), (Framework.practice, "2A"), (Framework.domain, "2")]
)
def test_a_key_that_nothing_bears_is_refused(look_up: Callable[[Framework, str], object], key: str) -> None:
    with pytest.raises(NotFound, match=key):
        look_up(standard_framework(), key)


def test_the_standard_framework_is_read_once() -> None:
    assert standard_framework() is standard_framework()


# An agency's own


def small_framework() -> dict[str, Any]:
    """Return the record of a framework with one of everything."""
    return {
        "key": "coastal",
        "title": "Coastal Framework",
        "version": "2026",
        "domains": [
            {
                "key": "2",
                "title": "Talent",
                "introduction": [{"key": "2.i1", "text": "People first."}],
                "practices": [
                    {
                        "key": "2A",
                        "title": "Recruit",
                        "description": [{"key": "2A.d1", "text": "Find good people.", "serves": ["N7"]}],
                        "enactments": [{"key": "2A.school.1", "level": "SCHOOL", "text": "Invite candidates."}],
                    }
                ],
                "questions": [{"key": "2.Q1", "text": "Who is missing?"}],
            }
        ],
    }


def parsed(record: object) -> Framework:
    return parse_framework(json.dumps(record).encode())


def test_an_agency_loads_a_framework_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "coastal.json"
    path.write_text(json.dumps(small_framework()), encoding="utf-8")
    framework = load_framework(path)
    assert (framework.title, framework.version) == ("Coastal Framework", "2026")
    assert framework.point("2A.school.1") == Enactment("2A.school.1", Level.SCHOOL, "Invite candidates.")


def test_an_agency_adds_a_domain_to_the_standard_framework() -> None:
    standard = standard_framework()
    both = standard.extended_by(parsed(small_framework()))
    assert both.version == f"{standard.version} + coastal 2026"
    assert [domain.key for domain in both.domains] == ["1", "2"]
    assert both.point("2.Q1").text == "Who is missing?"
    assert both.point("Q1") == standard.point("Q1")


def test_an_added_domain_may_not_take_a_key_that_is_borne_already() -> None:
    record = small_framework()
    record["domains"][0]["questions"][0]["key"] = "Q1"
    with pytest.raises(InvalidFramework, match="'Q1' is borne twice"):
        standard_framework().extended_by(parsed(record))
    with pytest.raises(InvalidFramework, match="'1' is borne twice"):
        standard_framework().extended_by(standard_framework())


def test_a_file_that_begins_with_a_byte_order_mark_is_read() -> None:
    content = json.dumps(small_framework()).encode("utf-8-sig")
    assert parse_framework(content) == parsed(small_framework())


PRACTICE = ("domains", 0, "practices", 0)
MISSING = object()


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        (("key",), " ", "must not be empty"),
        (("version",), MISSING, "is missing"),
        (("version",), 1.0, "must be text"),
        (("domains",), [], "at least one domain"),
        (("domains",), {}, "must be a list"),
        (("domains", 0), "2", "must be an object"),
        (("domains", 0, "key"), "two", "'two' does not fit"),
        (("domains", 0, "title"), "", "must not be empty"),
        (("domains", 0, "sources"), [], "no field 'sources'"),
        (("domains", 0, "practices"), [], "at least one practice"),
        (("domains", 0, "introduction", 0, "key"), "1.i1", "'1.i1' does not fit"),
        (("domains", 0, "questions", 0, "key"), "1.Q1", "'1.Q1' does not fit"),
        (("domains", 0, "questions", 0, "text"), MISSING, "is missing"),
        ((*PRACTICE, "title"), "Recruit\nand keep", "one line"),
        ((*PRACTICE, "description"), MISSING, "is missing"),
        ((*PRACTICE, "description", 0, "key"), "2B.d1", "'2B.d1' does not fit .* like 2A.d1"),
        ((*PRACTICE, "description", 0, "key"), "2A.d0", "'2A.d0' does not fit"),
        ((*PRACTICE, "description", 0, "text"), "  ", "must not be empty"),
        ((*PRACTICE, "description", 0, "text"), "a lone \ud800 surrogate", "without control characters"),
        ((*PRACTICE, "description", 0, "serves"), "N7", "must be a list"),
        ((*PRACTICE, "description", 0, "serves", 0), "seven", "'seven' is not a capability code"),
        ((*PRACTICE, "description", 0, "serves", 0), 7, "must be text"),
        ((*PRACTICE, "enactments", 0, "level"), "NATION", "'NATION' is not a level"),
        ((*PRACTICE, "enactments", 0, "level"), MISSING, "is missing"),
        ((*PRACTICE, "enactments", 0, "key"), "2A.state.1", "'2A.state.1' does not fit .* like 2A.school.1"),
    ],
)
def test_a_broken_rule_is_refused_at_its_place(field: tuple[str | int, ...], value: object, rule: str) -> None:
    record = small_framework()
    set_at(record, field, value)
    with pytest.raises(InvalidFramework, match=rule) as refusal:
        parsed(record)
    assert refusal.value.field == field
    assert str(refusal.value).startswith("At ")


@pytest.mark.parametrize(
    "parts",
    [
        ("domains",),
        ("domains", 0, "introduction"),
        ("domains", 0, "practices"),
        ("domains", 0, "questions"),
        (*PRACTICE, "description"),
        (*PRACTICE, "enactments"),
    ],
)
def test_a_key_borne_twice_is_refused_at_the_second(parts: tuple[str | int, ...]) -> None:
    record = small_framework()
    twins = at(record, parts)
    twins.append(twins[0])
    with pytest.raises(InvalidFramework, match="is borne twice") as refusal:
        parsed(record)
    assert refusal.value.field == (*parts, 1, "key")


def test_a_practice_of_another_domain_is_refused() -> None:
    record = small_framework()
    set_at(record, PRACTICE, {"key": "1A", "title": "Recruit", "description": [], "enactments": []})
    with pytest.raises(InvalidFramework, match=r"'1A' does not fit .* like 2A\.") as refusal:
        parsed(record)
    assert refusal.value.field == (*PRACTICE, "key")


def test_the_message_says_where_in_the_file() -> None:
    record = small_framework()
    set_at(record, (*PRACTICE, "description", 0, "text"), "")
    with pytest.raises(InvalidFramework) as refusal:
        parsed(record)
    assert str(refusal.value) == "At domains[0].practices[0].description[0].text: The text must not be empty."


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "is not JSON"),
        (b'{"key": "coastal",\n "title" }', "is not JSON: .* in line 2"),
        (b"[]", "At the top: There must be an object"),
        (b"\xff\xfe{", "is not text in UTF-8: see byte 0"),
        (b'{"key": "a", "key": "b"}', "the field 'key' twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b" " * (LARGEST_FILE_BYTES + 1), "is larger than 5 MB"),
    ],
    ids=["empty", "broken", "a list", "UTF-16", "a field twice", "deep", "large"],
)
def test_a_file_that_is_no_framework_is_refused(content: bytes, rule: str, tmp_path: Path) -> None:
    path = tmp_path / "coastal.json"
    path.write_bytes(content)
    with pytest.raises(InvalidFramework, match=rule):
        load_framework(path)


def test_a_file_that_is_not_there_is_named_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidFramework, match=r"^The framework file none\.json cannot be read\.$"):
        load_framework(tmp_path / "none.json")


def words() -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40).filter(str.strip)


def serves() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.from_regex(r"[A-Z][1-9][0-9]?", fullmatch=True), max_size=3).map(tuple)


@st.composite
def practices(draw: st.DrawFn, key: str) -> Practice:
    enactments = []
    for level in Level:
        for number in range(1, draw(st.integers(1, 3))):
            enactments.append(Enactment(f"{key}.{level.lower()}.{number}", level, draw(words()), draw(serves())))
    description = [
        DescriptionPoint(f"{key}.d{number}", draw(words()), draw(serves()))
        for number in range(1, draw(st.integers(1, 3)))
    ]
    return Practice(key, draw(words()), tuple(description), tuple(enactments))


@st.composite
def frameworks(draw: st.DrawFn) -> Framework:
    domains = []
    for key in draw(st.lists(st.from_regex(r"[A-Z]?[1-9]", fullmatch=True), min_size=1, max_size=2, unique=True)):
        letters = draw(st.lists(st.sampled_from("ABC"), min_size=1, max_size=2, unique=True))
        domains.append(
            ImprovementDomain(
                key,
                draw(words()),
                introduction=(IntroductionPoint(f"{key}.i1", draw(words()), draw(serves())),),
                practices=tuple(draw(practices(key + letter)) for letter in letters),
                questions=(ReflectionQuestion(f"{key}.Q1", draw(words()), draw(serves())),),
            )
        )
    return Framework(draw(words()), draw(words()), draw(words()), tuple(domains))


@given(frameworks())
def test_a_framework_written_out_by_its_fields_is_read_back_the_same(framework: Framework) -> None:
    again = parsed(asdict(framework))
    assert again == framework
    assert all(again.point(point.key) == point for point in framework.points())


def test_the_file_of_the_standard_framework_holds_nothing_else() -> None:
    written = json.loads(STANDARD_FRAMEWORK.read_text(encoding="utf-8"))
    assert json.loads(json.dumps(asdict(standard_framework()))) == written


# Reading the source and the mapping


def source_elements() -> Iterator[tuple[str, str]]:
    """Yield every element of the source with the key it should bear, in the order of the source."""
    introduction, *parts = re.split(r"^Practice (?=1[A-C]: )", SOURCE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    body = introduction.split("Leadership for Rapid Improvement", 1)[1]
    for number, sentence in enumerate(sentences(body), start=1):
        yield f"1.i{number}", sentence
    *parts, last = parts
    last, questions = last.split("Domain 1 Self Reflection Questions", 1)
    for part in (*parts, last):
        key = part[:2]
        description, by_level = part.split("Examples of How Different Levels", 1)
        for number, point in enumerate(bullets(description), start=1):
            yield f"{key}.d{number}", point
        for level, text in re.findall(r"^(State|District|School)\. (.+)$", by_level, re.MULTILINE):
            for number, sentence in enumerate(sentences(text), start=1):
                yield f"{key}.{level.lower()}.{number}", sentence
    for number, question in enumerate(bullets(questions), start=1):
        yield f"Q{number}", question


def bullets(text: str) -> list[str]:
    return [bullet.strip() for bullet in text.split("•")[1:]]


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=\.)\s+(?=[A-Z])", text.strip())


def phrases(text: str, *, of: int) -> set[tuple[str, ...]]:
    """Return every run of ``of`` words in ``text``, apostrophes, hyphens and capitals aside."""
    plain = re.findall(r"[a-z]+", text.lower().replace("’", "").replace("'", ""))
    return {tuple(plain[start : start + of]) for start in range(len(plain) - of + 1)}


def mapped_capabilities() -> dict[str, list[str]]:
    """Return the capability codes that product.md names for each key."""
    text = PRODUCT.read_text(encoding="utf-8")
    section = text.split("## Which part of the source each capability serves")[1].split("\n## ")[0]
    mapping: dict[str, list[str]] = {}
    for practice, points in re.findall(r"(1[A-C]) description: ([^.]+)\.", section):
        for number, codes in re.findall(r"(\d+) -> ([A-Z0-9 ]+)", points):
            mapping[f"{practice}.d{number}"] = codes.split()
    for practice, level, enactments in re.findall(r"(1[A-C]) (state|district|school): ([^.]+)\.", section):
        for number, codes in enumerate(enactments.split(";"), start=1):
            mapping[f"{practice}.{level}.{number}"] = codes.split()
    introduction = section.split("Intro:")[1].split("Questions:")[0]
    for number, codes in enumerate(re.findall(r"-> ([A-Z0-9 ]+)", introduction), start=3):
        mapping[f"1.i{number}"] = codes.split()
    for question in section.split("Questions:")[1].strip(" .\n").split("·"):
        number, *served = question.split()
        mapping[f"Q{number}"] = served
    return mapping


def at(record: Any, field: tuple[str | int, ...]) -> Any:
    for step in field:
        record = record[step]
    return record


def set_at(record: Any, field: tuple[str | int, ...], value: object) -> None:
    *parents, last = field
    holder = at(record, tuple(parents))
    if value is MISSING:
        del holder[last]
    else:
        holder[last] = value
