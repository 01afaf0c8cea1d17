"""What the domain refuses, and why.

    ImprovementError
    ├── Invalid            a value breaks a rule of its own (INVALID)
    │   ├── InvalidTarget, InvalidReading, InvalidAllocation, InvalidProfile ...
    ├── NotFound           nothing bears that identity (NOT_FOUND)
    ├── Conflict           the world has moved on since the caller looked (CONFLICT)
    ├── NotPermitted       the caller may not do this here (FORBIDDEN)
    └── CannotForecast     the data do not carry an answer (CANNOT_FORECAST)

A refusal states a fact in words fit to show a planner and carries what it is about. It knows nothing of HTTP or SQL.
"""

from typing import ClassVar


class ImprovementError(Exception):
    """A refusal: ``field`` names the input it is about, as a path such as ``("pools", 2, "capacity")``."""

    code: ClassVar[str] = "REFUSED"

    def __init__(self, message: str, *, field: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def under(self, *prefix: str | int) -> "ImprovementError":
        """Return this refusal with its field placed below ``prefix``: a part's error, told about the whole."""
        self.field = (*prefix, *self.field)
        return self


class Invalid(ImprovementError):
    """A value breaks a rule that it alone, or together with its neighbours, has to keep."""

    code = "INVALID"


class InvalidFramework(Invalid):
    """A framework file does not describe a framework."""


class InvalidOrganization(Invalid):
    """An organization, its dates or its profile cannot be so."""


class InvalidParent(Invalid):
    """A parent would make a cycle, skip a level or overlap another."""

    code = "INVALID_PARENT"


class InvalidReading(Invalid):
    """A reading contradicts its own state, its indicator or its organization's dates."""


class InvalidTarget(Invalid):
    """A baseline, an aim and a due date that do not go together."""

    code = "INVALID_TARGET"


class InvalidMilestone(Invalid):
    """A milestone that could never be judged attained."""


class InvalidSupport(Invalid):
    """A support or its effect card cannot be so."""


class InvalidAllocation(Invalid):
    """An allocation no pool could carry out."""


class BudgetExceeded(InvalidAllocation):
    """The allocation costs more than there is."""

    code = "BUDGET_EXCEEDED"


class CapacityExceeded(InvalidAllocation):
    """An assignment asks a pool for more than it has."""

    code = "CAPACITY_EXCEEDED"


class HorizonTooLong(InvalidAllocation):
    """The horizon is past what the model can answer for."""

    code = "HORIZON_TOO_LONG"


class InvalidInput(Invalid):
    """An argument outside the range its field documents."""


class NotFound(ImprovementError):
    """Nothing that the caller may see bears this identity."""

    code = "NOT_FOUND"

    def __init__(self, what: str, identity: object, *, field: tuple[str | int, ...] = ("id",)) -> None:
        super().__init__(f"There is no {what} {identity}.", field=field)
        self.what = what
        self.identity = identity


class Conflict(ImprovementError):
    """The world has moved on since the caller looked."""

    code = "CONFLICT"


class StaleVersion(Conflict):
    """An edit of a version that is no longer the current one."""

    def __init__(self, what: str, *, expected: int, current: int) -> None:
        super().__init__(
            f"This {what} has been changed since you opened it (you have version {expected}, it is now {current}). "
            "Look at the current one, then make your change again.",
            field=("expectedVersion",),
        )
        self.expected = expected
        self.current = current


class DuplicateObservation(Conflict):
    """The same reading is already there with another value."""

    code = "DUPLICATE"


class RepeatedKey(Conflict):
    """An idempotency key that was used before with another request."""

    code = "IDEMPOTENCY_KEY_REUSED"

    def __init__(self) -> None:
        super().__init__(
            "This idempotency key was already used for a different request. Use a new key for a new request.",
            field=("idempotencyKey",),
        )


class RunNotOpen(Conflict):
    """A forecast run that has already ended cannot be cancelled or resumed."""


class NotPermitted(ImprovementError):
    """The caller's roles do not allow this here."""

    code = "FORBIDDEN"


class CannotForecast(ImprovementError):
    """The data do not carry an answer; ``reason`` names which kind of want it is."""

    code = "CANNOT_FORECAST"

    def __init__(self, reason: str, message: str, *, field: tuple[str | int, ...] = ()) -> None:
        super().__init__(f"Cannot forecast because {message}", field=field)
        self.reason = reason


class ImportRefused(Invalid):
    """A file that cannot be brought in as it stands."""

    code = "IMPORT_REFUSED"
