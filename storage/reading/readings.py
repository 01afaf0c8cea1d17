"""What is measured, and the readings of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Column, Connection, Row, Text, Uuid, and_, func, literal, select, true

from domain.identity import IndicatorId, ObservationId, OrganizationId
from domain.indicators import ALL_STUDENTS, Indicator, Observation, Occasion, Reading
from domain.reading import SeriesKey, Sight
from storage.reading.scope import Uuids, among, each_seen, ever_above, sees, sees_catalogue
from storage.tables import indicators, observations


def _indicator(row: Row[Any]) -> Indicator:
    return Indicator(
        id=row.id,
        owner_id=row.owner_id,
        key=row.key,
        name=row.name,
        unit=row.unit,
        lowest=row.lowest,
        highest=row.highest,
        higher_is_better=row.higher_is_better,
        decimals=row.decimals,
        student_sd=row.student_sd,
        description=row.description,
        version=row.version,
    )


def _observation(row: Row[Any]) -> Observation:
    return Observation(
        id=row.id,
        organization_id=row.organization_id,
        indicator_id=row.indicator_id,
        student_group=row.student_group,
        occasion=row.occasion,
        observed_on=row.observed_on,
        reading=Reading(row.state, row.value, row.tested, row.standard_error),
        source=row.source,
        revision=row.revision,
        recorded_at=row.recorded_at,
    )


def read_indicators(connection: Connection, sight: Sight, ids: Sequence[IndicatorId]) -> dict[IndicatorId, Indicator]:
    """Return the indicators with these identities."""
    asked = select(indicators).where(among(indicators.c.id, ids), sees_catalogue(sight, indicators.c.owner_id))
    return {row.id: _indicator(row) for row in connection.execute(asked)}


def read_indicators_of(
    connection: Connection, sight: Sight, owners: Sequence[OrganizationId]
) -> dict[OrganizationId, list[Indicator]]:
    """Return what each owner has measured, by name."""
    asked = (
        select(indicators)
        .where(among(indicators.c.owner_id, owners), sees_catalogue(sight, indicators.c.owner_id))
        .order_by(indicators.c.name, indicators.c.id)
    )
    found: dict[OrganizationId, list[Indicator]] = {}
    for row in connection.execute(asked):
        found.setdefault(row.owner_id, []).append(_indicator(row))
    return found


def read_observations(
    connection: Connection, sight: Sight, ids: Sequence[ObservationId]
) -> dict[ObservationId, Observation]:
    """Return the readings with these identities."""
    asked = select(observations).where(among(observations.c.id, ids), sees(sight, observations.c.organization_id))
    return {row.id: _observation(row) for row in connection.execute(asked)}


def read_series(
    connection: Connection, sight: Sight, keys: Sequence[SeriesKey], occasion: Occasion | None, since: date
) -> dict[SeriesKey, list[Observation]]:
    """Return the readings of each series from a day on, oldest first."""
    asked = (
        func.unnest(
            literal([key.organization_id for key in keys], Uuids),
            literal([key.indicator_id for key in keys], Uuids),
            literal([key.student_group for key in keys], ARRAY(Text)),
        )
        .table_valued(
            Column("organization_id", Uuid), Column("indicator_id", Uuid), Column("student_group", Text), name="asked"
        )
        .render_derived()
    )
    seen = each_seen({key.organization_id for key in keys}, sight)
    statement = (
        select(observations)
        .join(
            asked,
            and_(
                observations.c.organization_id == asked.c.organization_id,
                observations.c.indicator_id == asked.c.indicator_id,
                observations.c.student_group == asked.c.student_group,
            ),
        )
        .join(seen, seen.c.id == asked.c.organization_id)
        .where(observations.c.observed_on >= since)
        .order_by(observations.c.observed_on, observations.c.occasion)
    )
    if occasion is not None:
        statement = statement.where(observations.c.occasion == occasion)
    found: dict[SeriesKey, list[Observation]] = {}
    for row in connection.execute(statement):
        key = SeriesKey(row.organization_id, row.indicator_id, row.student_group)
        found.setdefault(key, []).append(_observation(row))
    return found


def read_latest(
    connection: Connection, sight: Sight, ids: Sequence[OrganizationId]
) -> dict[OrganizationId, list[Observation]]:
    """Return the latest annual reading of each indicator for all students, by the indicator's name."""
    seen = each_seen(ids, sight)
    above = ever_above(seen)
    # Indicator by indicator, so that the index hands over the latest reading and none before it.
    latest = (
        select(observations)
        .where(
            observations.c.organization_id == seen.c.id,
            observations.c.indicator_id == indicators.c.id,
            observations.c.student_group == ALL_STUDENTS,
            observations.c.occasion == Occasion.ANNUAL,
        )
        .order_by(observations.c.observed_on.desc())
        .limit(1)
        .lateral("latest")
    )
    statement = (
        select(latest)
        .select_from(
            seen.join(above, above.c.root_id == seen.c.id)
            .join(indicators, indicators.c.owner_id == above.c.id)
            .join(latest, true())
        )
        .order_by(indicators.c.name, indicators.c.id)
    )
    found: dict[OrganizationId, list[Observation]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.organization_id, []).append(_observation(row))
    return found
