"""What the collections answer: the tree on a day, and lists in an order that stays."""

from datetime import date, timedelta

from domain.calendar import Validity
from domain.indicators import ALL_STUDENTS, Occasion, Reading
from domain.organizations import OrganizationKind
from tests.storage.conftest import Works
from tests.storage.plan import (
    NOW,
    TODAY,
    Plan,
    assignment,
    forecast,
    goal,
    indicator,
    observation,
    organization,
    pool,
    scenario,
    support,
)


def test_who_stands_above_and_below_whom(works: Works, plan: Plan) -> None:
    with works() as work:
        lineage = work.organizations.lineage(plan.east.id, TODAY)
        assert lineage == (plan.east.id, plan.north.id, plan.state.id)
        assert work.organizations.lineage(plan.state.id, TODAY) == (plan.state.id,)
        names = [held.name for held in work.organizations.below(plan.state.id, TODAY)]
        assert names == ["Cascadia", "East", "Lake", "North", "South", "West"]
        assert [held.name for held in work.organizations.below(plan.north.id, TODAY)] == ["East", "North", "West"]
        assert [held.name for held in work.organizations.below(plan.east.id, TODAY)] == ["East"]


def test_the_tree_is_the_one_of_the_day(works: Works, plan: Plan) -> None:
    moved = date(2026, 7, 1)
    with works() as work:
        lake = work.organizations.get(plan.lake.id)
        lake.parents[:] = []
        lake.place_under(plan.south, Validity(date(2000, 7, 1), moved))
        lake.place_under(plan.north, Validity(moved))
        work.commit()
    with works() as work:
        the_day_before = moved - timedelta(days=1)
        assert work.organizations.lineage(plan.lake.id, the_day_before)[1] == plan.south.id
        assert work.organizations.lineage(plan.lake.id, moved)[1] == plan.north.id
        assert plan.lake.id in {held.id for held in work.organizations.below(plan.north.id, moved)}
        assert plan.lake.id not in {held.id for held in work.organizations.below(plan.north.id, the_day_before)}
        assert work.organizations.lineage(plan.lake.id, date(1999, 1, 1)) == (plan.lake.id,)
        assert [held.name for held in work.organizations.below(plan.state.id, date(1999, 1, 1))] == ["Cascadia"]


def test_a_network_stands_under_its_state(works: Works, plan: Plan) -> None:
    with works() as work:
        network = organization(OrganizationKind.NETWORK, "Rural schools", plan.state)
        work.organizations.add(network)
        work.commit()
    with works() as work:
        assert work.organizations.lineage(network.id, TODAY) == (network.id, plan.state.id)


def test_states_and_identifiers(works: Works, plan: Plan) -> None:
    with works() as work:
        other = organization(OrganizationKind.STATE, "Atlantica")
        other.identifiers["nces"] = "77"
        work.organizations.add(other)
        work.commit()
    with works() as work:
        assert [held.name for held in work.organizations.states()] == ["Atlantica", "Cascadia"]
        found = work.organizations.by_identifier("nces", "77")
        assert found is not None
        assert found.id == other.id
        assert work.organizations.by_identifier("nces_lea", "77") is None


def test_lists_come_by_name(works: Works, plan: Plan) -> None:
    with works() as work:
        for key in ("writing", "attendance", "mathematics"):
            work.indicators.add(indicator(plan.state, key))
        for key in ("tutoring", "visits"):
            work.supports.add(support(plan.state, key))
        extra = pool(plan.state)
        extra.name = "A second pool"
        work.pools.add(extra)
        for title in ("Write", "Attend"):
            work.goals.add(goal(plan.west, plan.reading, title))
        work.commit()
    with works() as work:
        keys = [held.key for held in work.indicators.of_owner(plan.state.id)]
        assert keys == ["attendance", "mathematics", "reading", "writing"]
        assert [held.key for held in work.supports.of_owner(plan.state.id)] == ["coaching", "tutoring", "visits"]
        assert [held.name for held in work.pools.of_owner(plan.state.id)] == ["A second pool", "Coaches"]
        of_both = work.goals.of_organizations([plan.east.id, plan.west.id])
        assert [held.title for held in of_both] == ["Attend", "Read by grade 3", "Write"]
        assert work.goals.of_organizations([]) == []
        assert work.indicators.of_owner(plan.north.id) == []


def test_readings_come_oldest_first_and_up_to_a_day(works: Works, plan: Plan) -> None:
    days = [date(2024, 5, 15), date(2022, 5, 15), date(2025, 5, 15), date(2023, 5, 15)]
    with works() as work:
        for day in days:
            work.observations.add(observation(plan.east, plan.reading, day))
            work.observations.add(observation(plan.lake, plan.reading, day))
        work.commit()
    with works() as work:
        held = work.observations.of_organizations([plan.east.id], until=date(2024, 5, 15))
        assert [reading.observed_on for reading in held] == sorted(days)[:3]
        assert len(work.observations.of_organizations([plan.east.id, plan.lake.id])) == 8
        key = (plan.east.id, plan.reading.id, "ALL")
        assert work.observations.find(*key, Occasion.ANNUAL, days[0]) is not None
        assert work.observations.find(*key, Occasion.INTERIM, days[0]) is None
        assert work.observations.find(plan.east.id, plan.reading.id, "EL", Occasion.ANNUAL, days[0]) is None


def test_assignments_come_by_the_day_they_start(works: Works, plan: Plan) -> None:
    with works() as work:
        later, sooner = (assignment(plan.coaching, plan.coaches, school) for school in (plan.east, plan.west))
        later.validity = Validity(date(2027, 9, 1), date(2028, 6, 1))
        work.assignments.add(later)
        work.assignments.add(sooner)
        work.commit()
    with works() as work:
        assert [held.id for held in work.assignments.of_pool(plan.coaches.id)] == [sooner.id, later.id]
        assert [held.id for held in work.assignments.of_organizations([plan.east.id])] == [later.id]


def test_the_baseline_comes_before_the_other_scenarios(works: Works, plan: Plan) -> None:
    with works() as work:
        for name in ("Z", "A"):
            work.scenarios.add(scenario(plan.state, plan.coaches, name))
            work.commit()
    with works() as work:
        held = work.scenarios.of_state(plan.state.id)
        assert held[0].id == plan.baseline.id
        assert {scenario.name for scenario in held[1:]} == {"A", "Z"}


def test_forecasts_come_newest_first_and_open_ones_oldest_first(works: Works, plan: Plan) -> None:
    asked = [forecast(plan.baseline, requested_at=NOW + timedelta(minutes=minute)) for minute in (2, 0, 1)]
    with works() as work:
        for held in asked:
            work.forecasts.add(held)
        work.commit()
    with works() as work:
        assert [held.id for held in work.forecasts.of_state(plan.state.id)] == [asked[0].id, asked[2].id, asked[1].id]
        work.forecasts.get(asked[1].id).cancel(NOW)
        work.commit()
        assert [held.id for held in work.forecasts.open()] == [asked[2].id, asked[0].id]


def test_values_are_the_observed_readings_of_the_groups_asked_for_up_to_a_day(works: Works, plan: Plan) -> None:
    first, second, later = date(2024, 5, 15), date(2025, 5, 15), date(2026, 5, 15)
    with works() as work:
        for held in (
            observation(plan.east, plan.reading, second, 51.0),
            observation(plan.east, plan.reading, first, 50.0),
            observation(plan.east, plan.reading, later, 52.0),
            observation(plan.lake, plan.reading, first, 60.0),
        ):
            work.observations.add(held)
        hidden = observation(plan.west, plan.reading, first)
        hidden.reading = Reading.suppressed()
        work.observations.add(hidden)
        grouped = observation(plan.east, plan.reading, first, 30.0)
        grouped.student_group = "EDS"
        work.observations.add(grouped)
        work.commit()
    with works() as work:
        asked = [plan.east.id, plan.west.id]
        values = work.observations.values(asked, [ALL_STUDENTS], until=second)
        assert [(held.organization_id, held.observed_on, held.value) for held in values] == [
            (plan.east.id, first, 50.0),
            (plan.east.id, second, 51.0),
        ]
        both = work.observations.values(asked, [ALL_STUDENTS, "EDS"], until=first)
        assert sorted((held.student_group, held.value) for held in both) == [(ALL_STUDENTS, 50.0), ("EDS", 30.0)]
        assert work.observations.values([], [ALL_STUDENTS], until=later) == []
