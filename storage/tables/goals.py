"""What organizations have promised: goals, and the milestones on the way."""

from datetime import date

from sqlalchemy import CheckConstraint, Column, Date, Double, ForeignKey, Index, Table, Text, Uuid, func
from sqlalchemy.sql.selectable import TableValuedAlias

from domain.goals import Direction, GoalTerm, ImplementationStage, MilestoneKind
from storage.tables.conventions import (
    amount,
    identity,
    known_word,
    metadata,
    name,
    not_blank,
    one_of,
    remark,
    version,
)

goals = Table(
    "goals",
    metadata,
    identity(),
    Column("organization_id", Uuid, ForeignKey("organizations.id"), nullable=False),
    Column("indicator_id", Uuid, ForeignKey("indicators.id"), nullable=False),
    name("title"),
    one_of("direction", Direction),
    amount("baseline"),
    Column("baseline_on", Date, nullable=False),
    amount("aim"),
    Column("due", Date, nullable=False),
    Column("student_group", Text, nullable=False),
    one_of("term", GoalTerm),
    remark("definition_of_success"),
    Column("practice", Text),
    Column("accountable", Text),
    version(),
    known_word("direction", Direction),
    known_word("term", GoalTerm),
    not_blank("title"),
    CheckConstraint("due > baseline_on", name="due_after_baseline"),
    CheckConstraint(
        "baseline NOT IN ('NaN', 'Infinity', '-Infinity') AND aim NOT IN ('NaN', 'Infinity', '-Infinity')",
        name="target_finite",
    ),
    CheckConstraint(
        "CASE direction WHEN 'RAISE' THEN aim > baseline WHEN 'LOWER' THEN aim < baseline "
        "WHEN 'STAY_ABOVE' THEN aim <= baseline ELSE aim >= baseline END",
        name="aim_on_the_right_side",
    ),
    Index(None, "organization_id", "id"),
    Index(None, "indicator_id"),
    Index(None, "due", "id"),
)

milestones = Table(
    "milestones",
    metadata,
    identity(),
    Column("goal_id", Uuid, ForeignKey("goals.id", ondelete="CASCADE"), nullable=False),
    one_of("kind", MilestoneKind),
    name("title"),
    Column("due", Date, nullable=False),
    amount("threshold", nullable=True),
    one_of("required_stage", ImplementationStage, nullable=True),
    amount("required_fidelity", nullable=True),
    Column("attained_on", Date),
    remark("evidence"),
    known_word("kind", MilestoneKind),
    known_word("required_stage", ImplementationStage),
    not_blank("title"),
    CheckConstraint(
        "(kind IN ('INTERIM_ASSESSMENT', 'ANNUAL_ASSESSMENT')) = (threshold IS NOT NULL)",
        name="threshold_iff_assessed",
    ),
    CheckConstraint("threshold NOT IN ('NaN', 'Infinity', '-Infinity')", name="threshold_finite"),
    CheckConstraint("(kind = 'IMPLEMENTATION') = (required_stage IS NOT NULL)", name="stage_iff_implementation"),
    CheckConstraint("(kind = 'PROFESSIONAL_PRACTICE') = (required_fidelity IS NOT NULL)", name="fidelity_iff_practice"),
    CheckConstraint("required_fidelity > 0 AND required_fidelity <= 1", name="required_fidelity_is_share"),
    Index(None, "goal_id", "due", "id"),
    Index(None, "due", "id"),
)


def milestone_standing(on: date | None = None) -> TableValuedAlias:
    """Return a row for every milestone as it stands on a day (None: today), just as the domain judges it.

    ``status`` is a ``MilestoneStatus``. ``latest_*`` tell the goal's latest reading since its baseline, NULL where
    there is none or the milestone is no assessment. A filter on any of the identities reaches the tables' indexes.
    """
    day = func.current_date() if on is None else on
    return func.milestone_standing(day).table_valued(
        Column("milestone_id", Uuid),
        Column("goal_id", Uuid),
        Column("organization_id", Uuid),
        Column("indicator_id", Uuid),
        Column("student_group", Text),
        Column("kind", Text),
        Column("due", Date),
        Column("status", Text),
        Column("latest_on", Date),
        Column("latest_value", Double),
        Column("latest_standard_error", Double),
        name="standing",
    )
