"""What is told when something is wrong: always a code, never our insides."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.errors import BudgetExceeded, ImprovementError, Invalid, NotFound
from schema.errors import UserErrorCode, user_error
from schema.relay import Kind, global_id
from tests.schema.asking import REQUEST_ID, Asker
from tests.storage.plan import Plan


class BrokenReader:
    """A reader whose database has said too much."""

    async def states(self, sight: object) -> Any:
        raise RuntimeError('relation "organizations" does not exist at /srv/secret password=hunter2')


async def test_a_fault_of_ours_is_masked_with_the_request_id(planner: Asker) -> None:
    broken = replace(planner, reader=BrokenReader())  # type: ignore[arg-type]
    result = await broken.answer("{ states { name } }")
    assert result.errors is not None
    (error,) = result.errors
    assert error.message == (
        f"Something went wrong on our side. It is noted under {REQUEST_ID}; please quote that if you report it."
    )
    assert error.extensions == {"code": "INTERNAL", "requestId": REQUEST_ID}
    assert "secret" not in str(result)


@pytest.mark.parametrize(
    ("document", "code", "word"),
    [
        ("{ states { name ", "GRAPHQL_PARSE_FAILED", "Syntax Error"),
        ("{ schoolz }", "GRAPHQL_VALIDATION_FAILED", "schoolz"),
        ("{ organizations(first: true) { totalCount } }", "GRAPHQL_VALIDATION_FAILED", "Int"),
    ],
)
async def test_a_clients_mistake_keeps_its_words(planner: Asker, document: str, code: str, word: str) -> None:
    result = await planner.answer(document)
    assert result.errors is not None
    assert (result.errors[0].extensions or {})["code"] == code
    assert word in result.errors[0].message


async def test_a_variable_of_the_wrong_type_is_bad_input(planner: Asker) -> None:
    result = await planner.answer("query ($n: Int) { organizations(first: $n) { totalCount } }", n="many")
    assert result.errors is not None
    assert (result.errors[0].extensions or {})["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("text", ["2027-5-1", "yesterday", "1899-12-31", "2200-01-01", "2027-02-30", 20270501, None])
async def test_what_is_no_date_is_bad_input(planner: Asker, plan: Plan, text: object) -> None:
    result = await planner.answer(
        "mutation ($input: ReviseTargetInput!) { reviseTarget(input: $input) { errors { code } } }",
        input={"id": global_id(Kind.GOAL, plan.goal.id), "aim": 55.0, "due": text},
    )
    assert result.errors is not None
    assert (result.errors[0].extensions or {})["code"] == "BAD_USER_INPUT"


SERIES = """
query ($school: ID!, $indicator: ID!, $years: Int) {
  node(id: $school) { ... on School { series(indicatorId: $indicator, years: $years) { id } } }
}
"""


@pytest.mark.parametrize("years", [0, -1, 31, 2_000_000_000])
async def test_years_out_of_range_are_refused(planner: Asker, plan: Plan, years: int) -> None:
    code, words = await planner.error(
        SERIES,
        school=global_id(Kind.ORGANIZATION, plan.east.id),
        indicator=global_id(Kind.INDICATOR, plan.reading.id),
        years=years,
    )
    assert (code, words) == ("BAD_USER_INPUT", f"years is {years}; it takes 1 to 30.")


async def test_an_id_of_another_kind_is_refused_by_its_argument(planner: Asker, plan: Plan) -> None:
    school = global_id(Kind.ORGANIZATION, plan.east.id)
    code, words = await planner.error(SERIES, school=school, indicator=school, years=1)
    assert (code, words) == ("BAD_USER_INPUT", "indicatorId is not the id of an indicator.")


FILTERED = "query ($filter: OrganizationFilter) { organizations(filter: $filter) { nodes { name } } }"


@pytest.mark.parametrize("text", ["\x00", "\ud800", "x" * 10_001])
async def test_a_text_that_no_column_can_hold_is_refused(planner: Asker, text: str) -> None:
    code, _ = await planner.error(FILTERED, filter={"name": {"contains": text}})
    assert code == "BAD_USER_INPUT"


@pytest.mark.parametrize("text", ["%", "_", "'; DROP TABLE goals; --", "\\", "🙂"])
async def test_a_text_is_only_ever_a_text(planner: Asker, text: str) -> None:
    assert await planner.ask(FILTERED, filter={"name": {"contains": text}}) == {"organizations": {"nodes": []}}


async def test_a_name_is_found_whatever_its_capitals(planner: Asker) -> None:
    data = await planner.ask(FILTERED, filter={"name": {"contains": "AS"}, "kinds": ["STATE", "SCHOOL"]})
    assert [held["name"] for held in data["organizations"]["nodes"]] == ["Cascadia", "East"]


def test_a_refusal_names_the_field_of_the_input_it_came_from() -> None:
    names = frozenset(("goalId", "scenarioIds", "id"))

    def field(refusal: Invalid | NotFound) -> list[str]:
        return user_error(refusal, names, {"value": "reading.value"}).field

    assert field(Invalid("", field=("pools", 2, "capacity", 2027))) == ["pools", "2", "capacity", "2027"]
    assert field(Invalid("", field=("policy", "weights", "LOW_LEVEL"))) == ["policy", "weights", "LOW_LEVEL"]
    assert field(Invalid("", field=("observed_on",))) == ["observedOn"]
    assert field(Invalid("", field=("value",))) == ["reading", "value"]
    assert field(NotFound("goal", date.today())) == ["goalId"]
    assert field(NotFound("scenario", date.today())) == ["scenarioIds"]
    assert field(NotFound("pool", date.today())) == ["id"]


def test_every_refusal_of_the_domain_has_a_code_of_the_contract() -> None:
    def codes(kind: type[ImprovementError]) -> set[str]:
        return {kind.code}.union(*(codes(held) for held in kind.__subclasses__()))

    assert codes(ImprovementError) <= set(UserErrorCode.__members__)
    assert user_error(BudgetExceeded("no"), frozenset(), {}).code is UserErrorCode.BUDGET_EXCEEDED
