"""Who calls back and who reads what was heard: never a body that handled the matter."""

from django.db.models import Q, QuerySet

from deputies.accounts.access import Permission, can
from deputies.accounts.models import DISTRICT_ROLES, User
from deputies.accounts.queries import street_of, streets_of
from opinions.matters.models import Matter
from supervision.revisits.models import Draw, RatingFlag, Revisit


def calls_of(user: User) -> QuerySet[Revisit]:
    """The call-backs given to the user's body. People of a station also take those of their street, and the street's
    those of its stations."""
    if not can(user, Permission.REVISIT_CALL) or user.organisation_id is None:
        return Revisit.objects.none()
    if user.role in DISTRICT_ROLES:
        return Revisit.objects.filter(caller=user.organisation_id)
    street = street_of(user)
    return Revisit.objects.filter(Q(caller=user.organisation_id) | Q(caller=street) | Q(caller__parent=street))


def overseen(user: User) -> QuerySet[Revisit]:
    """The call-backs that the user reads to supervise: those of the district, or of the street's matters."""
    if can(user, Permission.REVISIT_DRAW):
        return Revisit.objects.filter(matter__district=user.organisation_id)
    if can(user, Permission.QUALITY_MARK):
        return Revisit.objects.filter(matter__street__in=streets_of(user))
    return Revisit.objects.none()


def readable(user: User) -> QuerySet[Revisit]:
    """All call-backs whose page the user may open."""
    return Revisit.objects.filter(Q(pk__in=calls_of(user).values("pk")) | Q(pk__in=overseen(user).values("pk")))


def draws_of(user: User) -> QuerySet[Draw]:
    """The draws of the user's district."""
    if not can(user, Permission.REVISIT_DRAW):
        return Draw.objects.none()
    return Draw.objects.filter(district=user.organisation_id)


def guarded(user: User) -> Q:
    """Condition on Matter: whose ratings the user guards: the district's, or the own street's."""
    if not can(user, Permission.QUALITY_MARK):
        return Q(pk__in=[])
    if user.role in DISTRICT_ROLES:
        return Q(district=user.organisation_id)
    return Q(street__in=streets_of(user))


def flags_of(user: User) -> QuerySet[RatingFlag]:
    """The contradictions on matters that the user guards."""
    return RatingFlag.objects.filter(matter__in=Matter.objects.filter(guarded(user)))


def arranges(user: User, matter: Matter) -> bool:
    """Whether the user may have a call-back made without a draw."""
    return can(user, Permission.REVISIT_DRAW) and matter.district_id == user.organisation_id
