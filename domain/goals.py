"""What an organization has promised: goals, their targets, and the milestones on the way.

A goal aims one indicator of one student group at a value by a day. A milestone is judged from the official record:
an assessment milestone by readings, the others by their evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import isfinite

from domain.errors import InvalidMilestone, InvalidTarget
from domain.identity import GoalId, IndicatorId, MilestoneId, OrganizationId
from domain.indicators import ALL_STUDENTS, Observation, Occasion
from domain.wording import LONGEST_NAME, LONGEST_TEXT, check_length, in_words

LONGEST_YEARS = 10


class Direction(StrEnum):
    """Which way a goal wants its indicator to go."""

    RAISE = "RAISE"
    LOWER = "LOWER"
    STAY_ABOVE = "STAY_ABOVE"
    STAY_BELOW = "STAY_BELOW"

    @property
    def upward(self) -> bool:
        return self in (Direction.RAISE, Direction.STAY_ABOVE)

    def reached(self, value: float, threshold: float) -> bool:
        """Return whether ``value`` is at or on the right side of ``threshold``."""
        return value >= threshold if self.upward else value <= threshold


class GoalTerm(StrEnum):
    """How far ahead a goal looks."""

    SHORT = "SHORT"
    LONG = "LONG"


class MilestoneKind(StrEnum):
    """What shows that a milestone is attained."""

    IMPLEMENTATION = "IMPLEMENTATION"
    PROFESSIONAL_PRACTICE = "PROFESSIONAL_PRACTICE"
    INTERIM_ASSESSMENT = "INTERIM_ASSESSMENT"
    ANNUAL_ASSESSMENT = "ANNUAL_ASSESSMENT"
    EVALUATION = "EVALUATION"

    @property
    def assessed(self) -> bool:
        return self in (MilestoneKind.INTERIM_ASSESSMENT, MilestoneKind.ANNUAL_ASSESSMENT)


class ImplementationStage(StrEnum):
    """How far a practice is in use (Fixsen et al. 2005)."""

    EXPLORATION = "EXPLORATION"
    INSTALLATION = "INSTALLATION"
    INITIAL = "INITIAL"
    FULL = "FULL"


class MilestoneStatus(StrEnum):
    """How a milestone stands on a day."""

    ATTAINED = "ATTAINED"
    ON_TRACK = "ON_TRACK"
    AT_RISK = "AT_RISK"
    OVERDUE = "OVERDUE"
    CANNOT_SAY = "CANNOT_SAY"


@dataclass(frozen=True, slots=True)
class Target:
    """Where an indicator stood and where it should be, in the indicator's own unit."""

    baseline: float
    baseline_on: date
    aim: float
    due: date

    def __post_init__(self) -> None:
        for name, value in (("baseline", self.baseline), ("aim", self.aim)):
            if not isfinite(value):
                raise InvalidTarget(f"The {name} must be a number; {value} is none.", field=(name,))
        if self.due <= self.baseline_on:
            raise InvalidTarget(
                f"The due date {self.due} must come after the baseline date {self.baseline_on}.", field=("due",)
            )

    def expected_on(self, day: date) -> float:
        """Return the straight path from the baseline to the aim, read on ``day``; flat before and after."""
        share = (day - self.baseline_on).days / (self.due - self.baseline_on).days
        return self.baseline + (self.aim - self.baseline) * min(1.0, max(0.0, share))


@dataclass(eq=False)
class Milestone:
    """A point on the way to a goal that is attained or not by ``due``.

    An assessment milestone has a ``threshold`` in the indicator's unit; an implementation milestone the
    ``required_stage``; a professional-practice milestone the ``required_fidelity``, a share.
    """

    id: MilestoneId
    goal_id: GoalId
    kind: MilestoneKind
    title: str
    due: date
    threshold: float | None = None
    required_stage: ImplementationStage | None = None
    required_fidelity: float | None = None
    attained_on: date | None = None
    evidence: str = ""

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise InvalidMilestone("A milestone needs a title.", field=("title",))
        check_length(self.title, LONGEST_NAME, what="A title", field="title", refusal=InvalidMilestone)
        if self.kind.assessed != (self.threshold is not None):
            raise InvalidMilestone(
                "An assessment milestone needs the value to reach, and only an assessment milestone has one.",
                field=("threshold",),
            )
        if self.threshold is not None and not isfinite(self.threshold):
            raise InvalidMilestone(
                f"The value to reach must be a number; {self.threshold} is none.", field=("threshold",)
            )
        if (self.kind is MilestoneKind.IMPLEMENTATION) != (self.required_stage is not None):
            raise InvalidMilestone(
                "An implementation milestone needs the stage to reach, and only it has one.", field=("requiredStage",)
            )
        if (self.kind is MilestoneKind.PROFESSIONAL_PRACTICE) != (self.required_fidelity is not None):
            raise InvalidMilestone(
                "A professional-practice milestone needs the fidelity to reach, and only it has one.",
                field=("requiredFidelity",),
            )
        if self.required_fidelity is not None and not 0 < self.required_fidelity <= 1:
            raise InvalidMilestone(
                f"Fidelity is a share above 0 and up to 1; {self.required_fidelity} is not.",
                field=("requiredFidelity",),
            )

    def attain(self, on: date, evidence: str) -> None:
        """Put on the record when it was attained and what shows it. Once said, that stands."""
        if self.kind.assessed:
            raise InvalidMilestone("An assessment milestone is attained by its readings, not by a note.", field=("id",))
        if self.attained_on is not None:
            raise InvalidMilestone(
                f"“{self.title}” was attained on {self.attained_on}, and that stands.", field=("id",)
            )
        if not evidence.strip():
            raise InvalidMilestone("Say what shows that the milestone was attained.", field=("evidence",))
        check_length(evidence, LONGEST_TEXT, what="The evidence", field="evidence", refusal=InvalidMilestone)
        self.attained_on = on
        self.evidence = evidence


@dataclass(frozen=True, slots=True)
class DatedValue:
    """An observed value, the day it stands for, its standard error (0 where none was given) and its occasion."""

    on: date
    value: float
    standard_error: float = 0.0
    occasion: Occasion = Occasion.ANNUAL

    @classmethod
    def of(cls, observation: Observation) -> "DatedValue | None":
        """Return an observation's value with all that judging a milestone asks of it; None if none was observed."""
        reading = observation.reading
        if reading.value is None:
            return None
        return cls(observation.observed_on, reading.value, reading.standard_error or 0.0, observation.occasion)


@dataclass(eq=False)
class Goal:
    """One promise of an organization, pursued through one practice of the framework.

    It is due within ten years of its baseline. ``accountable`` is None where nobody is named; a blank names nobody.
    """

    id: GoalId
    organization_id: OrganizationId
    indicator_id: IndicatorId
    title: str
    direction: Direction
    target: Target
    student_group: str = ALL_STUDENTS
    term: GoalTerm = GoalTerm.LONG
    definition_of_success: str = ""
    practice: str | None = None
    accountable: str | None = None
    milestones: list[Milestone] = field(default_factory=list)
    version: int = 1

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise InvalidTarget("A goal needs a title.", field=("title",))
        self.accountable = (self.accountable or "").strip() or None
        for what, text, most, name in (
            ("A title", self.title, LONGEST_NAME, "title"),
            ("A name", self.accountable, LONGEST_NAME, "accountable"),
            ("A definition of success", self.definition_of_success, LONGEST_TEXT, "definitionOfSuccess"),
        ):
            check_length(text, most, what=what, field=name, refusal=InvalidTarget)
        self._check(self.target)

    def _check(self, target: Target) -> None:
        opens, due = target.baseline_on, target.due
        if (due.year - LONGEST_YEARS, due.month, due.day) > (opens.year, opens.month, opens.day):
            raise InvalidTarget(
                f"The due date {due} is more than {LONGEST_YEARS} years after the baseline date {opens}.",
                field=("due",),
            )
        wrong = {
            Direction.RAISE: target.aim <= target.baseline,
            Direction.LOWER: target.aim >= target.baseline,
            Direction.STAY_ABOVE: target.aim > target.baseline,
            Direction.STAY_BELOW: target.aim < target.baseline,
        }[self.direction]
        if wrong:
            words = self.direction.lower().replace("_", " ")
            raise InvalidTarget(
                f"To {words} a value, an aim of {in_words(target.aim)} is on the wrong side of the baseline "
                f"{in_words(target.baseline)}.",
                field=("aim",),
            )

    def revise_target(self, aim: float, due: date) -> None:
        """Move the aim and its day; the baseline stays as it was measured.

        Raises ``InvalidTarget`` if the aim is on the wrong side, or a milestone would fall after the new day.
        """
        target = Target(self.target.baseline, self.target.baseline_on, aim, due)
        self._check(target)
        late = [milestone for milestone in self.milestones if milestone.due > due]
        if late:
            raise InvalidTarget(
                f"The milestone “{late[0].title}” is due on {late[0].due}, after the new due date {due}.",
                field=("due",),
            )
        self.target = target

    def add_milestone(self, milestone: Milestone) -> None:
        """Put a milestone on the way to this goal, in order of its day.

        A value to reach lies beyond the baseline where the goal is to raise or lower, so that it is not attained from
        the start; where the goal is to stay on one side of its aim, at the aim or on that side.
        """
        if not self.target.baseline_on < milestone.due <= self.target.due:
            raise InvalidMilestone(
                f"The milestone is due on {milestone.due}; it must fall after the baseline date "
                f"{self.target.baseline_on} and no later than the goal's due date {self.target.due}.",
                field=("due",),
            )
        if milestone.threshold is not None:
            self._check_threshold(milestone.threshold)
        self.milestones.append(milestone)
        self.milestones.sort(key=lambda held: (held.due, held.id))

    def _check_threshold(self, threshold: float) -> None:
        baseline, aim = self.target.baseline, self.target.aim
        words = self.direction.lower().replace("_", " ")
        if self.direction in (Direction.RAISE, Direction.LOWER):
            if threshold == baseline or not self.direction.reached(threshold, baseline):
                raise InvalidMilestone(
                    f"To {words} a value, a milestone at {in_words(threshold)} does not lie beyond the baseline "
                    f"{in_words(baseline)}.",
                    field=("threshold",),
                )
        elif not self.direction.reached(threshold, aim):
            raise InvalidMilestone(
                f"To {words} {in_words(aim)}, a milestone at {in_words(threshold)} is on the wrong side of it.",
                field=("threshold",),
            )


def milestone_status(milestone: Milestone, goal: Goal, observed: Sequence[DatedValue], today: date) -> MilestoneStatus:
    """Return how ``milestone`` stands on ``today``, given the goal's ``observed`` readings, in any order.

    An assessment milestone is attained once a reading taken after the baseline and by its day reaches the threshold; an
    annual milestone takes only annual readings for that. While it is open, it is on track when the latest reading is no
    further than one standard error short of the straight path from the goal's baseline to the threshold; without a
    reading since the baseline nothing can be said. The other kinds are attained by their evidence and at risk in the
    last 60 days before they are due; evidence of a later day comes too late, as a later reading does.
    """
    if milestone.attained_on is not None and milestone.attained_on <= min(today, milestone.due):
        return MilestoneStatus.ATTAINED
    if milestone.threshold is None:
        if milestone.due < today:
            return MilestoneStatus.OVERDUE
        return MilestoneStatus.AT_RISK if (milestone.due - today).days <= 60 else MilestoneStatus.ON_TRACK
    since = [held for held in observed if goal.target.baseline_on < held.on <= today]
    any_occasion = milestone.kind is MilestoneKind.INTERIM_ASSESSMENT
    official = [held for held in since if any_occasion or held.occasion is Occasion.ANNUAL]
    if any(held.on <= milestone.due and goal.direction.reached(held.value, milestone.threshold) for held in official):
        return MilestoneStatus.ATTAINED
    if milestone.due < today:
        return MilestoneStatus.OVERDUE
    if not since:
        return MilestoneStatus.CANNOT_SAY
    latest = max(since, key=lambda held: (held.on, -held.standard_error, held.value))
    path = Target(goal.target.baseline, goal.target.baseline_on, milestone.threshold, milestone.due)
    slack = latest.standard_error if goal.direction.upward else -latest.standard_error
    if goal.direction.reached(latest.value + slack, path.expected_on(latest.on)):
        return MilestoneStatus.ON_TRACK
    return MilestoneStatus.AT_RISK
