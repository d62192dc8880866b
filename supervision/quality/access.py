"""Who reviews which replies: the supervising side, and nobody the reply of the own body (recusal)."""

from django.db.models import Q, QuerySet

from deputies.accounts.access import Permission, can
from deputies.accounts.models import DISTRICT_ROLES, Role, User
from deputies.accounts.queries import street_of, streets_of
from deputies.organisations.models import OrganisationKind
from deputies.organisations.queries import bodies, ids_below
from opinions.handling.models import Reply, ReplyStatus
from opinions.matters.models import Matter


def reviewable(user: User) -> QuerySet[Reply]:
    """The issued replies that the user reviews. The district: all; a street: those on its matters by its deputies, by
    bodies below it, and by bodies to which it gave the work. Never what people of the own body wrote or signed."""
    if not can(user, Permission.QUALITY_MARK):
        return Reply.objects.none()
    issued = Reply.objects.filter(status=ReplyStatus.ISSUED)
    if user.role in DISTRICT_ROLES:
        own = [user.organisation_id]
        return issued.filter(matter__district=user.organisation_id).exclude(_written_by(own))
    street = street_of(user)
    assert street is not None  # noqa: S101 - people of a street have a body
    given = Q(organisation__in=ids_below(street)) | Q(assignment__assigned_by_organisation=street)
    chosen = issued.filter(Q(deputy__isnull=False) | given, matter__street__in=streets_of(user))
    return chosen.exclude(_written_by([street, *_stations(street)]))


def _written_by(own: list[int | None]) -> Q:
    """Replies of these bodies, or that their people wrote or signed; deputies, whose accounts lie with a body, speak
    for themselves."""
    staff = ~Q(written_by__role=Role.DEPUTY)
    return (
        Q(organisation__in=own)
        | Q(staff, written_by__organisation__in=own)
        | Q(staff, approved_by__organisation__in=own)
    )


def _stations(street: int) -> list[int]:
    rows = bodies().by_id.values()
    return [one.pk for one in rows if one.parent_id == street and one.kind == OrganisationKind.STATION]


def reviews(user: User, reply: Reply) -> bool:
    """Whether the user may review this reply."""
    return reviewable(user).filter(pk=reply.pk).exists()


def reads_marks(user: User, matter: Matter) -> bool:
    """Whether the user, in whose scope the matter is, reads all marks on it: the supervising side."""
    return can(user, Permission.QUALITY_MARK) and matter.concerns(user)
