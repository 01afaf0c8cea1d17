"""Organizations: bringing one into the tree, and moving it to another parent on a day."""

from collections.abc import Sequence
from datetime import date

from domain.calendar import Validity
from domain.errors import InvalidOrganization, InvalidParent, NotFound
from domain.identity import OrganizationId, new_id
from domain.organizations import Organization, OrganizationKind, ParentLink, SchoolLevel
from domain.people import Right
from domain.ports import Acting, UnitOfWork
from domain.services.access import authorized, note, require_version

IDENTIFIER_LENGTH = 100


def add_organization(
    work: UnitOfWork,
    acting: Acting,
    *,
    parent_id: OrganizationId,
    kind: OrganizationKind,
    name: str,
    since: date,
    level: SchoolLevel | None = None,
    city: str | None = None,
    identifiers: Sequence[tuple[str, str]] = (),
) -> Organization:
    """Bring an organization into the tree, open from ``since`` on. States are not made this way.

    ``identifiers`` are pairs of a scheme and what the organization is called there.
    Raises ``InvalidParent`` if a level would be skipped, ``InvalidOrganization`` for a level of teaching on anything
    but a school, a day on which the parent did not exist, or an identifier that another organization bears.
    """
    parent = _administered(work, acting, parent_id)
    if level is not None and kind is not OrganizationKind.SCHOOL:
        raise InvalidOrganization(f"Only a school teaches grades; a {kind.lower()} has no level.", field=("level",))
    organization = Organization(
        OrganizationId(new_id()),
        kind,
        name.strip(),
        identifiers=_free_identifiers(work, identifiers),
        level=level,
        city=city,
        opened=since,
    )
    _require_open(parent, since)
    organization.place_under(parent, Validity(since))
    work.organizations.add(organization)
    note(work, acting, "add", organization, name=organization.name, parent=str(parent.id), since=since.isoformat())
    return organization


def move_organization(
    work: UnitOfWork,
    acting: Acting,
    *,
    organization_id: OrganizationId,
    parent_id: OrganizationId,
    since: date,
    expected_version: int | None = None,
) -> Organization:
    """Put an organization under another parent from ``since`` on; where it stood before stays on record.

    It stays in its state, because its goals are measured by that state's indicators. Raises ``InvalidParent`` for a
    parent of the wrong level, in another state or not open then, or a day before the present parent's.
    """
    organization = authorized(work, acting, Right.ADMINISTER, organization_id)
    require_version("organization", organization.version, expected_version)
    if organization.kind is OrganizationKind.STATE:
        raise InvalidParent("A state stands under nothing.", field=("id",))
    parent = _administered(work, acting, parent_id)
    _require_open(parent, since)
    if _state_of(work, acting, parent_id) != _state_of(work, acting, organization_id):
        raise InvalidParent(
            f"{parent.name} is in another state; what {organization.name} has promised is measured by the indicators "
            "of its own.",
            field=("parentId",),
        )
    left = next((link.parent_id for link in organization.parents if link.validity.end is None), None)
    if left == parent_id:
        raise InvalidParent(f"{organization.name} already stands under {parent.name}.", field=("parentId",))
    organization.parents = [_ended(link, organization, since) for link in organization.parents]
    organization.place_under(parent, Validity(since))
    note(work, acting, "move", organization, parent=[str(left), str(parent_id)], since=since.isoformat())
    return organization


def _ended(link: ParentLink, organization: Organization, since: date) -> ParentLink:
    if link.validity.end is not None and link.validity.end <= since:
        return link
    if link.validity.start >= since:
        raise InvalidParent(
            f"{organization.name} has stood under its present parent only since {link.validity.start}; it cannot have "
            f"left it on {since}.",
            field=("since",),
        )
    return ParentLink(link.parent_id, Validity(link.validity.start, since))


def _administered(work: UnitOfWork, acting: Acting, parent_id: OrganizationId) -> Organization:
    try:
        return authorized(work, acting, Right.ADMINISTER, parent_id)
    except NotFound:
        raise NotFound("organization", parent_id, field=("parentId",)) from None


def _require_open(parent: Organization, since: date) -> None:
    if not parent.open_on(since):
        raise InvalidParent(f"{parent.name} is not open on {since}.", field=("since",))


def _state_of(work: UnitOfWork, acting: Acting, organization_id: OrganizationId) -> OrganizationId:
    return work.organizations.lineage(organization_id, acting.today)[-1]


def _free_identifiers(work: UnitOfWork, identifiers: Sequence[tuple[str, str]]) -> dict[str, str]:
    free: dict[str, str] = {}
    for place, (scheme, value) in enumerate(identifiers):
        if not (0 < len(scheme.strip()) <= IDENTIFIER_LENGTH and 0 < len(value.strip()) <= IDENTIFIER_LENGTH):
            raise InvalidOrganization(
                f"An identifier is a scheme and a value of 1 to {IDENTIFIER_LENGTH} characters each.",
                field=("identifiers", place),
            )
        if scheme in free:
            raise InvalidOrganization(f"The scheme {scheme} stands twice.", field=("identifiers", place, "scheme"))
        if work.organizations.by_identifier(scheme, value) is not None:
            raise InvalidOrganization(
                f"Another organization already has the {scheme} identifier {value}.",
                field=("identifiers", place, "value"),
            )
        free[scheme] = value
    return free
