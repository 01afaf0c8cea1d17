"""Readings: putting them on the record, once each."""

from datetime import date

from domain.errors import DuplicateObservation, InvalidInput, InvalidReading, NotFound, NotPermitted
from domain.identity import IndicatorId, ObservationId, OrganizationId, new_id
from domain.indicators import ALL_STUDENTS, STUDENT_GROUP, Indicator, Observation, Occasion, Reading
from domain.people import Right
from domain.ports import Acting, UnitOfWork
from domain.services.access import authorized, note
from domain.wording import LONGEST_TEXT, check_length


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

    Whoever may record may put down interim readings; an annual one is the official record, by which goals are judged,
    and asks for the right to import it. Raises ``NotPermitted`` without that right, ``InvalidReading`` for a closed
    organization, a day still to come or a value the indicator cannot have, ``InvalidInput`` for a student group that
    is none, and ``DuplicateObservation`` where another value already stands for that occasion.
    """
    organization = authorized(work, acting, Right.RECORD, organization_id)
    lineage = work.organizations.lineage(organization_id, acting.today)
    if occasion is Occasion.ANNUAL and not acting.viewer.may(Right.IMPORT, lineage):
        raise NotPermitted(
            "Annual results are the official record, and your role does not let you import them here. Record this as "
            "an interim reading, or ask the state's planners.",
            field=("occasion",),
        )
    indicator = work.indicators.get(indicator_id)
    if indicator.owner_id not in lineage:
        raise NotFound("indicator", indicator_id, field=("indicatorId",))
    require_student_group(work, acting, student_group, organization_id, indicator)
    check_length(source, LONGEST_TEXT, what="A source", field="source", refusal=InvalidReading)
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


def require_student_group(
    work: UnitOfWork, acting: Acting, group: str, organization_id: OrganizationId, indicator: Indicator
) -> None:
    """Raise ``InvalidInput`` unless ``group`` is a code (``STUDENT_GROUP``) or one the organization has readings of.

    The second is for states whose files, once imported, name their groups in another way.
    """
    if STUDENT_GROUP.fullmatch(group):
        return
    readings = work.observations.values([organization_id], [group], until=acting.today)
    if not any(held.indicator_id == indicator.id for held in readings):
        raise InvalidInput(
            f"“{group[:50]}” is no student group: give a code of 2 to 12 capitals, digits and underscores, such as "
            f"{ALL_STUDENTS}, EL or SWD, or a group of which there are readings.",
            field=("studentGroup",),
        )
