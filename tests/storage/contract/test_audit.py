"""The audit tells who did what to an object, in order."""

from datetime import timedelta

from domain.ports import AuditEntry
from tests.storage.conftest import Works
from tests.storage.plan import NOW, Plan


def test_entries_of_an_object_come_oldest_first(works: Works, plan: Plan) -> None:
    entries = [
        AuditEntry(NOW, plan.planner.id, "set", "Goal", plan.goal.id, {"aim": 0.6, "due": "2028-05-15"}),
        AuditEntry(NOW, None, "revise target", "Goal", plan.goal.id, {"aim": [0.6, 0.7], "more": {"by": None}}),
        AuditEntry(NOW - timedelta(days=1), plan.planner.id, "copy", "Goal", plan.goal.id, {}),
    ]
    with works() as work:
        for entry in entries:
            work.audit.append(entry)
            work.audit.append(AuditEntry(NOW, None, "else", "Scenario", plan.baseline.id, {}))
        work.commit()
    with works() as work:
        assert work.audit.of(plan.goal.id) == entries
