"""Readings: putting them on the record, once each."""

from datetime import date

from domain.errors import DuplicateObservation, InvalidReading, NotFound
from domain.identity import IndicatorId, ObservationId, OrganizationId, new_id
from domain.indicators import ALL_STUDENTS, Observation, Occasion, Reading
from domain.people import Right
from domain.ports import Acting, UnitOfWork
from domain.services.access import authorized, note


def record_observation(
    work: UnitOfWork,
    acting: Acting,
    *,
    organization_id: OrganizationId,
    indicator_id: IndicatorId,
    observed_on: date,
    reading: Reading,
    student_group: str = ALL_STUDENTS,
    occasion: Occasion = Occasion.INTERIM,
    source: str = "entered by hand",
) -> Observation:
    """Put a reading on the record; the same reading again changes nothing.

    Raises ``InvalidReading`` for a closed organization, a day still to come or a value the indicator cannot have, and
    ``DuplicateObservation`` where another value already stands for that occasion.
    """
    organization = authorized(work, acting, Right.RECORD, organization_id)
    indicator = work.indicators.get(indicator_id)
    if indicator.owner_id not in work.organizations.lineage(organization_id, acting.today):
        raise NotFound("indicator", indicator_id, field=("indicatorId",))
    if observed_on > acting.today:
        raise InvalidReading(f"{observed_on} is still to come; a reading is of a day past.", field=("observedOn",))
    if not organization.open_on(observed_on):
        raise InvalidReading(f"{organization.name} was not open on {observed_on}.", field=("observedOn",))
    if reading.value is not None:
        indicator.check(reading.value)
    held = work.observations.find(organization_id, indicator_id, student_group, occasion, observed_on)
    if held is not None:
        if held.reading == reading:
            return held
        raise DuplicateObservation(
            f"{organization.name} already has another reading of {indicator.name} for {observed_on}.",
            field=("value",),
        )
    observation = Observation(
        ObservationId(new_id()),
        organization_id,
        indicator_id,
        student_group,
        occasion,
        observed_on,
        reading,
        source,
        recorded_at=acting.now,
    )
    work.observations.add(observation)
    note(work, acting, "record", observation, indicator=indicator.key, on=observed_on.isoformat())
    return observation
