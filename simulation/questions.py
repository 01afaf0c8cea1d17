"""Milestone questions: will a unit's indicator meet a threshold in a later year, as seen from an origin."""

from dataclasses import dataclass
from typing import Literal

Rule = Literal["at_least", "at_most"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is P(``indicator`` of ``unit`` in ``target_year`` meets ``threshold``), knowing all up to ``origin_year``.

    ``threshold`` is in the indicator's unit; ``district`` may be "" where it is not known.
    """

    question_id: str
    indicator: str
    unit: str
    district: str
    origin_year: int
    target_year: int
    rule: Rule
    threshold: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A probability in (0, 1), or a refusal: then ``probability`` is None and ``reason`` says why, in words."""

    question_id: str
    probability: float | None
    reason: str = ""

    @property
    def status(self) -> Literal["answered", "refused"]:
        """Whether there is a probability."""
        return "refused" if self.probability is None else "answered"
