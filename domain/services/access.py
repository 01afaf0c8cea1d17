"""Whether somebody may do something to an organization, and whether they may know that it exists."""

from domain.errors import NotFound, StaleVersion
from domain.identity import OrganizationId
from domain.organizations import Organization
from domain.people import Right
from domain.ports import Acting, AuditEntry, UnitOfWork


def authorized(
    work: UnitOfWork, acting: Acting, right: Right, organization_id: OrganizationId, *, what: str = "organization"
) -> Organization:
    """Return the organization if the caller holds ``right`` on it.

    Raises ``NotFound``, naming ``what``, where the caller may not even read it, so that a refusal tells nothing of
    what exists; ``NotPermitted`` where reading is all that is allowed.
    """
    organization = work.organizations.get(organization_id)
    lineage = work.organizations.lineage(organization_id, acting.today)
    if not acting.viewer.may(Right.READ, lineage):
        raise NotFound(what, organization_id)
    acting.viewer.require(right, lineage)
    return organization


def require_version(what: str, current: int, expected: int | None) -> None:
    """Raise ``StaleVersion`` unless ``expected`` (None: whatever it is) is the ``current`` version."""
    if expected is not None and expected != current:
        raise StaleVersion(what, expected=expected, current=current)


def note(work: UnitOfWork, acting: Acting, action: str, subject: object, **details: object) -> None:
    """Put what was done on the record; ``subject`` is the entity it was done to."""
    identity = subject.id  # type: ignore[attr-defined]
    work.audit.append(
        AuditEntry(acting.now, acting.viewer.account_id, action, type(subject).__name__, identity, dict(details))
    )
