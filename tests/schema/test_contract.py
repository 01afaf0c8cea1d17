"""The contract as printed: reviewed in every change, described throughout, and what Relay's clients expect."""

from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)

from schema.root import printed

CONTRACT = Path(__file__).parents[2] / "schema" / "schema.graphql"


def contract() -> GraphQLSchema:
    return build_schema(printed())


def undescribed(schema: GraphQLSchema) -> Iterator[str]:
    for name, held in schema.type_map.items():
        if is_introspection_type(held) or is_specified_scalar_type(held):
            continue
        if not held.description:
            yield name
        if isinstance(held, GraphQLObjectType | GraphQLInterfaceType):
            for field, definition in held.fields.items():
                if not definition.description:
                    yield f"{name}.{field}"
                yield from (f"{name}.{field}({a})" for a, given in definition.args.items() if not given.description)
        elif isinstance(held, GraphQLInputObjectType):
            yield from (f"{name}.{field}" for field, given in held.fields.items() if not given.description)
        elif isinstance(held, GraphQLEnumType):
            yield from (f"{name}.{value}" for value, given in held.values.items() if not given.description)


def test_the_printed_contract_is_the_committed_one() -> None:
    assert CONTRACT.read_text(encoding="utf-8") == printed(), (
        "The contract has changed. Review the difference, then print it again: milepost schema > schema/schema.graphql"
    )


def test_everything_is_described() -> None:
    assert list(undescribed(contract())) == []


def test_own_scalars_say_where_they_are_specified() -> None:
    own = [
        held
        for held in contract().type_map.values()
        if isinstance(held, GraphQLScalarType) and not is_specified_scalar_type(held)
    ]
    assert {held.name for held in own} == {"Date", "DateTime"}
    assert all(held.specified_by_url for held in own)


def test_connections_are_those_of_relay() -> None:
    schema = contract()
    connections = [held for name, held in schema.type_map.items() if name.endswith("Connection")]
    assert len(connections) == 6
    for held in connections:
        assert isinstance(held, GraphQLObjectType)
        assert {"edges", "pageInfo", "nodes", "totalCount"} == set(held.fields)
        assert str(held.fields["pageInfo"].type) == "PageInfo!"
    page_info = schema.type_map["PageInfo"]
    assert isinstance(page_info, GraphQLObjectType)
    assert {name: str(field.type) for name, field in page_info.fields.items()} == {
        "hasNextPage": "Boolean!",
        "hasPreviousPage": "Boolean!",
        "startCursor": "String",
        "endCursor": "String",
    }


def test_node_may_be_null_and_so_may_each_of_nodes() -> None:
    query = contract().query_type
    assert query is not None
    assert not isinstance(query.fields["node"].type, GraphQLNonNull)
    assert str(query.fields["nodes"].type) == "[Node]!"


def test_every_mutation_takes_one_input_with_an_idempotency_key_and_answers_with_errors() -> None:
    schema = contract()
    assert schema.mutation_type is not None
    for field in schema.mutation_type.fields.values():
        assert list(field.args) == ["input"]
        asked = field.args["input"].type
        assert isinstance(asked, GraphQLNonNull)
        assert isinstance(asked.of_type, GraphQLInputObjectType)
        assert "idempotencyKey" in asked.of_type.fields
        payload = field.type
        assert isinstance(payload, GraphQLNonNull)
        assert isinstance(payload.of_type, GraphQLObjectType)
        assert str(payload.of_type.fields["errors"].type) == "[UserError!]!"
