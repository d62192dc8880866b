"""Reading accounts, locks and the logs of the three administrators."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from deputies.accounts.models import ADMIN_ROLES, DEPARTMENT_ROLES, DISTRICT_ROLES, STREET_ROLES, Reveal, Role, User
from deputies.organisations.models import HANDLER_KINDS, STREET_KINDS, OrganisationKind
from deputies.organisations.queries import ids_below, predecessors
from liaison.base.audit.models import Event
from liaison.base.audit.verbs import verb_words
from liaison.base.phrases import listing
from liaison.base.workdays.arithmetic import midnight

_KINDS: dict[str, tuple[OrganisationKind, ...]] = {
    Role.DEPUTY: (*STREET_KINDS, OrganisationKind.STATION, OrganisationKind.CONGRESS),
    Role.LIAISON_OFFICER: (*STREET_KINDS, OrganisationKind.STATION),
    Role.STREET_STAFF: (*STREET_KINDS, OrganisationKind.STATION),
    Role.STREET_SECRETARY: STREET_KINDS,
    Role.STREET_CHAIR: STREET_KINDS,
    **dict.fromkeys(DEPARTMENT_ROLES, HANDLER_KINDS),
    **dict.fromkeys(DISTRICT_ROLES, (OrganisationKind.CONGRESS,)),
    **dict.fromkeys(ADMIN_ROLES, (OrganisationKind.CONGRESS,)),
}
_LANDING = {
    Role.SYSTEM_ADMIN: "accounts:list",
    Role.SECURITY_ADMIN: "accounts:security",
    Role.AUDIT_ADMIN: "accounts:audit",
}
LOCKED_SHOWN = 200
"""Locked accounts listed at once; the newest."""


def street_of(user: User) -> int | None:
    """The id of the street committee for which somebody of a street works; a station's staff work for the one above."""
    body = user.organisation
    if body is not None and body.kind == OrganisationKind.STATION:
        return body.parent_id
    return user.organisation_id


def streets_of(user: User) -> list[int]:
    """The street of `street_of` and all that were merged into it: whose matters its people see."""
    held = street_of(user)
    return predecessors(held) if held else []


def kinds_for(role: str) -> tuple[OrganisationKind, ...]:
    """Kinds of bodies in which the role exists; administrators may also have none."""
    return _KINDS.get(role, ())


def landing_url(user: User) -> str:
    """Where a user's work begins: the desk, or an administrator's own page."""
    name = _LANDING.get(Role(user.role))
    return reverse(name) if name else settings.LOGIN_REDIRECT_URL


def accounts(*, q: str = "", role: str = "", active: str = "") -> QuerySet[User]:
    """Accounts for the list, organisation loaded. `active` is "1", "0" or empty for all."""
    users = User.objects.select_related("organisation")
    if q:
        users = users.filter(Q(username__icontains=q) | Q(name__icontains=q) | Q(organisation__name__icontains=q))
    if role:
        users = users.filter(role=role)
    return users.filter(is_active=active == "1") if active else users


def _lock_seconds() -> timedelta:
    return timedelta(hours=settings.AXES_COOLOFF_TIME)


def locked_until(username: str, *, now: datetime) -> datetime | None:
    """When the lock after too many failures ends; None when there is no lock.

    Failures are counted per place they came from, and each count lapses half an hour after its last failure.
    """
    attempts = AccessAttempt.objects.filter(username=username, attempt_time__gt=now - _lock_seconds())
    counts = list(attempts.order_by("attempt_time").values_list("attempt_time", "failures_since_start"))
    failures = sum(count for _at, count in counts)
    ends = None
    for at, count in counts:
        if failures < settings.AXES_FAILURE_LIMIT:
            break
        failures, ends = failures - count, at + _lock_seconds()
    return ends


def locked_accounts(*, now: datetime) -> list[dict[str, Any]]:
    """Locked usernames, newest first, with the account where one exists: username, failures, last, until, user."""
    recent = AccessAttempt.objects.filter(attempt_time__gt=now - _lock_seconds()).values("username").order_by()
    counted = recent.annotate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
    rows = list(counted.filter(failures__gte=settings.AXES_FAILURE_LIMIT).order_by("-last", "username")[:LOCKED_SHOWN])
    users = User.objects.select_related("organisation").in_bulk(
        [row["username"] for row in rows], field_name="username"
    )
    return [{**row, "until": row["last"] + _lock_seconds(), "user": users.get(row["username"])} for row in rows]


def failed_logins(*, q: str = "") -> QuerySet[AccessFailureLog]:
    """Failed sign-ins, newest first."""
    rows = AccessFailureLog.objects.order_by("-id")
    return rows.filter(username__icontains=q) if q else rows


def reveals(*, q: str = "") -> QuerySet[Reveal]:
    """Looks at telephone numbers, newest first."""
    rows = Reveal.objects.select_related("user__organisation").order_by("-id")
    return rows.filter(Q(user__username__icontains=q) | Q(user__name__icontains=q)) if q else rows


def events(*, verb: str = "", actor: str = "", day: date | None = None, chain: str = "") -> QuerySet[Event]:
    """Events of the ledger. `actor` is a username, part of a staff member's name, or the exact words of the event."""
    rows = Event.objects.select_related("by")
    if verb:
        rows = rows.filter(verb=verb)
    if chain:
        rows = rows.filter(chain=chain)
    if actor:
        users = User.objects.filter(Q(username=actor) | Q(name__icontains=actor)).values("pk")
        rows = rows.filter(Q(by__in=users) | Q(actor=actor))
    if day:
        start = midnight(day)
        rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
    return rows


OPEN_CHAINS = ("account:", "organisation:", "division:", "divisions", "reference:")
"""Chains whose reasons the auditor reads. What residents and bodies wrote on a matter is not for auditors."""


DETAILS = {
    "role": _("角色"),
    "organisation": _("机构"),
    "changed": _("改动"),
    "fields": _("改动"),
    "name": _("名称"),
    "code": _("代码"),
    "phone": _("电话"),
    "email": _("邮箱"),
    "wecom_id": _("企业微信账号"),
    "into": _("并入"),
    "was": _("原名"),
    "created": _("新增条数"),
    "updated": _("修改条数"),
}
"""Words for the details of events that the auditor reads."""


@dataclass(frozen=True)
class AuditRow:
    """An event as the auditor sees it."""

    event: Event
    verb: Any
    reason: str
    details: str
    withheld: bool


def audit_row(event: Event) -> AuditRow:
    """The event in words, without what was written on a matter."""
    words = verb_words(event.verb)
    if not event.chain.startswith(OPEN_CHAINS):
        return AuditRow(event, words, "", "", withheld=bool(event.reason or event.data))
    details = _("；").join(
        _("%(what)s：%(body)s") % {"what": DETAILS.get(key, key), "body": _plain(key, value)}
        for key, value in event.data.items()
    )
    return AuditRow(event, words, event.reason, details, withheld=False)


def _plain(key: str, value: Any) -> str:
    if isinstance(value, list):
        return listing(DETAILS.get(item, item) for item in value)
    if key == "role" and value in Role:
        return str(Role(value).label)
    return "—" if value is None else str(value)


def administrators() -> list[User]:
    """The active administrators, `has_factor` telling whether an authenticator app is bound."""
    bound = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
    users = User.objects.filter(role__in=ADMIN_ROLES, is_active=True).annotate(has_factor=Exists(bound))
    return list(users.order_by("role", "username", "id"))


def organisations_below(user: Any) -> frozenset[int]:
    """Ids of the bodies whose roster and register the user may see: the own one (a station's staff: the street's)
    and those below it. Empty for other roles."""
    if not getattr(user, "is_active", False) or user.role not in (*STREET_ROLES, *DISTRICT_ROLES):
        return frozenset()
    held = street_of(user)
    return ids_below(held) if held else frozenset()
