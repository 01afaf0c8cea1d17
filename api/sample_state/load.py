"""Store the sample state, once."""

from datetime import date

from api.sample_state.generate import PLANNER_EMAIL, generate
from domain.ports import UnitOfWork


def load_sample_state(work: UnitOfWork, today: date) -> bool:
    """Store the sample state in one act and commit it; return False, changing nothing, where it is already there."""
    with work:
        if work.accounts.by_email(PLANNER_EMAIL) is not None:
            return False
        sample = generate(today)
        for organization in (sample.state, *sample.districts, *sample.schools):
            work.organizations.add(organization)
        for indicator in sample.indicators:
            work.indicators.add(indicator)
        for observation in sample.observations:
            work.observations.add(observation)
        for goal in sample.goals:
            work.goals.add(goal)
        for support in sample.supports:
            work.supports.add(support)
        for pool in sample.pools:
            work.pools.add(pool)
        for assignment in sample.assignments:
            work.assignments.add(assignment)
        work.scenarios.add(sample.baseline)
        work.accounts.add(sample.planner)
        work.commit()
        return True
