"""Reading what handling has written, and what a user can do next."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import DEPARTMENT_ROLES, User
from deputies.organisations.models import Organisation, OrganisationKind
from deputies.organisations.queries import bodies, district_of, fill_in_bodies, handlers_of, street_committee_of
from deputies.roster.models import Deputy, DeputyQuerySet
from deputies.roster.states import DeputyStatus
from liaison.base.codes import normalise
from liaison.base.errors import DomainError
from liaison.base.joined import gathered, spread
from liaison.base.prepared import Prepared
from liaison.base.workdays.arithmetic import local_today
from liaison.base.workflow import Transition, WrongState
from opinions.catalog.models import ClockKind, ReplyTemplate, Writer
from opinions.clocks.models import Clock
from opinions.handling.guest import Guest, Worker
from opinions.handling.models import LIVE, Assignment, AssignmentStatus, Merger, MergerKind, Part, Reply, ReplyStatus
from opinions.handling.position import DUTIES
from opinions.handling.standing import RULES, Read, Standing, leads_on, refusal
from opinions.matters.models import Matter, MatterQuerySet
from opinions.matters.states import WORKFLOWS, Status

ASKED = ("organisation", "return_reason", "suggested")


class NoSuchMatter(DomainError):
    """No matter with this code, or none in the user's scope."""

    message = _("没有查到这个编号。")
    status_code = 404


def asked_for(user: User, code: str, *related: str) -> Matter:
    """The matter that a program names by its code, in the user's scope. Raises NoSuchMatter."""
    rows = Matter.objects.one_visible_to(user, normalise(code)).select_related("street", "district", *related)
    found = rows.first()
    if found is None:
        raise NoSuchMatter
    return found


Adviser = Callable[[Matter], tuple[Organisation, Sequence[Organisation]] | None]
"""Gives the lead and the co-handlers that it would choose for a matter, or nothing."""
_ADVISERS: list[Adviser] = []


def advises(adviser: Adviser) -> Adviser:
    """Let an upper capability (routing) say whom it would choose; the form of 交办 shows it."""
    _ADVISERS.append(adviser)
    return adviser


def advice_on(matter: Matter) -> tuple[Organisation, Sequence[Organisation]] | None:
    """The lead and the co-handlers that somebody advises for the matter."""
    return next((told for told in (adviser(matter) for adviser in _ADVISERS) if told is not None), None)


def lies_in(matter: Matter, target: Matter, kind: MergerKind) -> bool:
    """Whether the matter went into the target by a step of this kind, and was not taken out again."""
    return Merger.objects.filter(matter=matter, target=target, kind=kind, undone_at__isnull=True).exists()


def verbs_for(
    user: Worker, matter: Matter, *, read: Read | None = None, now: datetime | None = None
) -> list[Transition]:
    """What this user can do to this matter right now, the likeliest first.

    Exactly these are permitted by the services and have a screen at `handling:<verb>`. At most four statements, none
    where the caller has `read` all around the matter.
    """
    workflow = WORKFLOWS.get(matter.kind)
    if workflow is None:
        return []
    standing = Standing(user, matter, local_today(now or timezone.now()), read or Read())
    rows = [workflow[verb] for verb in RULES]
    return [row for row in rows if leads_on(row, matter.status) and refusal(standing, row) is None]


def last_lead(matter: Matter) -> Assignment | None:
    """The latest lead of the matter, live or not."""
    leads = matter.assignments.filter(part=Part.LEAD).select_related("organisation")
    return leads.order_by("-id").first()


def mergers_into(matter: Matter) -> list[Merger]:
    """What put the matter into another, with the one in which it lies now as its `merged_into`."""
    if matter.merged_into_id is None:
        return []
    found = list(Merger.objects.filter(matter=matter, undone_at__isnull=True).select_related("matter__merged_into"))
    for row in found:
        matter.merged_into = row.matter.merged_into
    return found


def returns_of(matter: Matter) -> int:
    """How often the matter was returned; the second return goes to the district (domain.md §4)."""
    return matter.assignments.filter(returned_at__isnull=False).count()


def public_replies(matter: Matter) -> list[Reply]:
    """The replies that the resident reads, oldest first, with their points; no draft, no co-handler's opinion."""
    return _with_points(_spread(matter.replies.filter(status=ReplyStatus.ISSUED)))


def readable_replies(user: User, matter: Matter, *, assignments: Sequence[Assignment] | None = None) -> list[Reply]:
    """What `user`, in whose scope the matter is, reads of its replies: issued ones, those of the own body, and the
    co-handlers' opinions, which the committees, the deputy and the leads read, but no other handler.

    `assignments` (all of the matter) saves a statement.
    """
    held = list(matter.assignments.all()) if assignments is None else assignments
    rows = _with_points(_KEPT_REPLIES.rows(matter=matter.pk))
    return [row for row in rows if _reads(user, row, held)]


def _reads(user: User, reply: Reply, assignments: Sequence[Assignment]) -> bool:
    """Whether `user` reads this reply of a matter with these assignments."""
    body, committee = user.organisation_id, user.role not in DEPARTMENT_ROLES
    own = body is not None and reply.organisation_id == body and reply.deputy_id is None
    if own or reply.status == ReplyStatus.ISSUED:
        return True
    if reply.status == ReplyStatus.OPINION:
        return committee or any(row.part == Part.LEAD and row.organisation_id == body for row in assignments)
    by_link = any(row.pk == reply.assignment_id and row.by_link for row in assignments)
    return committee and reply.status == ReplyStatus.PENDING and by_link


def answers_from_above(matter: Matter) -> list[Reply]:
    """What deputies of congresses above have answered in this round and nobody has reported back yet."""
    rows = matter.replies.filter(status=ReplyStatus.OPINION, deputy__isnull=False, round=matter.round)
    return list(rows.select_related("deputy").order_by("id"))


def _with_points(rows: Iterable[Reply]) -> list[Reply]:
    """The rows of `_spread` as replies, oldest first, with bodies and people, and their points in `shown`."""
    found = gathered(rows, Reply, "points", to="shown")
    fill_in_bodies(found, "organisation")
    return found


def _spread(rows: QuerySet[Reply]) -> QuerySet[Reply]:
    """One statement for replies with their people and points."""
    return spread(rows.select_related("deputy", "approved_by"), "points", order=("order", "id"))


_KEPT_REPLIES: Prepared[Reply] = Prepared(
    lambda matter: _spread(Reply.objects.filter(matter=matter).exclude(status=ReplyStatus.DROPPED)), matter=int
)


def why_not(user: User, matter: Matter, verb: str, *, now: datetime) -> DomainError | None:
    """Why this user cannot do `verb` now; None when it is among `verbs_for`."""
    row = WORKFLOWS[matter.kind][verb]
    if not leads_on(row, matter.status):
        return WrongState()
    why = refusal(Standing(user, matter, local_today(now)), row)
    return why() if why else None


def speaks_publicly(user: User, matter: Matter, *, now: datetime) -> bool:
    """Whether the user may write lines that the resident reads."""
    return Standing(user, matter, local_today(now)).speaks_publicly


def open_draft(user: User, matter: Matter) -> Reply | None:
    """The reply that the user's body is writing for this matter."""
    return Standing(user, matter, local_today(timezone.now())).open_reply


def templates_for(user: User, matter: Matter, *, most: int = 8) -> list[ReplyTemplate]:
    """Templates that fit the matter and the writer: those of the user's own body first, then those for everybody."""
    category = matter.category
    lineage = [category.pk, category.parent_id] if category else []
    fits = Q(category__isnull=True) | Q(category__in=[one for one in lineage if one])
    rows = own_templates(user) | ReplyTemplate.objects.filter(active=True, organisation__isnull=True)
    others = Writer.DEPUTY if user.role in DEPARTMENT_ROLES else Writer.BODY
    return list(rows.filter(fits).exclude(writer=others).order_by(F("organisation").asc(nulls_last=True), "id")[:most])


def own_templates(user: User) -> QuerySet[ReplyTemplate]:
    """The templates of the user's own body."""
    rows = ReplyTemplate.objects.filter(active=True, organisation=user.organisation_id, organisation__isnull=False)
    return rows.select_related("category")


def transfer_candidates(matter: Matter) -> list[Deputy]:
    """Deputies of the district who can receive the matter: in office, and somebody reads it for them."""
    rows = deputies_of(matter.district).filter(Q(user__isnull=False) | Q(helper__isnull=False))
    holding = [matter.holder_deputy_id] if matter.holder_deputy_id else []
    return list(rows.exclude(pk__in=holding).select_related("organisation"))


def deputies_of(district: Organisation) -> DeputyQuerySet:
    """Deputies in office who are linked to a body of the district."""
    own = [body.pk for body in bodies().by_id.values() if district_of(body) == district]
    return Deputy.objects.active().filter(organisation__in=own)


def near_matters(user: User, matter: Matter, *, most: int = 8) -> list[Matter]:
    """Open matters of the same street and category into which this one may be merged, the newest first."""
    rows = Matter.objects.visible_to(user).open().filter(kind=matter.kind, street=matter.street_id)
    same = rows.filter(category=matter.category_id).exclude(pk=matter.pk)
    return list(same.order_by("-id")[:most]) if matter.category_id else []


def looks_on(user: User, matter: Matter) -> bool:
    """Whether the user's street only takes part (联办): no phone numbers, no sorting, no verbs."""
    return Standing(user, matter, local_today(timezone.now())).looks_on


def leads(user: User, matter: Matter) -> bool:
    """Whether the user's body answers in this round, as the lead or as one of several; also once it has answered."""
    if user.role not in DEPARTMENT_ROLES:
        return False
    rows = matter.assignments.filter(
        organisation=user.organisation_id, round=matter.round, part__in=(Part.LEAD, Part.SEPARATE)
    )
    return rows.filter(status__in=(*LIVE, AssignmentStatus.REPLIED)).exists()


def oversees(user: User, matter: Matter) -> bool:
    """Whether the user is of the matter's street or district."""
    standing = Standing(user, matter, local_today(timezone.now()))
    return standing.street or standing.district


def guest_of(assignment: Assignment) -> Guest:
    """Whoever holds the link of this assignment."""
    return Guest(assignment.organisation, assignment.pk)


def extensions_before(user: User, matter: Matter) -> list[Assignment]:
    """The assignments whose body waits for this user's word on more time."""
    return Standing(user, matter, local_today(timezone.now())).extensions


def objections_before(user: User, matter: Matter) -> list[Assignment]:
    """The assignments whose body waits for this user's word on being let go."""
    rows = Standing(user, matter, local_today(timezone.now())).objections
    return list(Assignment.objects.filter(pk__in=[row.pk for row in rows]).select_related(*ASKED)) if rows else []


def given_by(user: User, matter: Matter) -> list[Assignment]:
    """The live assignments whose limits are this user's to change."""
    standing = Standing(user, matter, local_today(timezone.now()))
    return [row for row in standing.live if standing.gave(row)]


def extendable_by(user: User, matter: Matter) -> list[Assignment]:
    """Those whose limit runs and has not been made longer yet."""
    fresh = matter.clocks.filter(kind__in=DUTIES, stopped_at__isnull=True, extended=False)
    bodies = set(fresh.values_list("organisation", flat=True))
    return [row for row in given_by(user, matter) if row.organisation_id in bodies]


def own_limit(user: Worker, matter: Matter) -> Clock | None:
    """The running limit that binds the user's body."""
    return matter.clocks.filter(organisation=user.organisation_id, kind__in=DUTIES, stopped_at__isnull=True).first()


def answers_for(matter: Matter, assignments: Sequence[Assignment]) -> Organisation | Deputy | None:
    """The one body, or deputy, who answers for the matter now: the lead who received it first until another has signed
    (domain.md §4), with separate replies the committee that gave it out; nobody while the resident's word is awaited.
    """
    liable = next((row.organisation for row in assignments if row.liable), None)
    return liable or matter.holder or matter.holder_deputy


def handlers_for(matter: Matter) -> list[Organisation]:
    """The bodies to which the matter can be given."""
    return handlers_of(matter.district)


def fast_bodies(matter: Matter) -> list[Organisation]:
    """The bodies that may settle the matter at once (Z4): those of its own street, and all where a rule says 马上办."""
    rows = handlers_for(matter)
    if matter.fast_lane:
        return rows
    local = [body for body in rows if body.kind in (OrganisationKind.STREET_OFFICE, OrganisationKind.COMMUNITY)]
    return [body for body in local if street_committee_of(body.division_id) == matter.street]


def waiting_too_long(today: date) -> MatterQuerySet:
    """Matters whose resident was asked and did not supply within the limit."""
    return _too_long(Status.WAITING, ClockKind.SUPPLY, today)


def held_by_nobody_in_office() -> MatterQuerySet:
    """Open matters whose turn it is of a deputy who is suspended or has left office. The deputies are asked for first:
    they are few, and lead to what they hold by its index."""
    gone = Deputy.objects.exclude(status=DeputyStatus.ACTIVE).values_list("pk", flat=True)
    return Matter.objects.open().filter(holder_deputy__in=list(gone))


def unrated_too_long(today: date) -> MatterQuerySet:
    """Replied matters whose time for rating has run out."""
    return _too_long(Status.REPLIED, ClockKind.RATE, today)


def _too_long(status: Status, kind: ClockKind, today: date) -> MatterQuerySet:
    """Matters that stand at `status` while their clock of a kind, never paused since it binds the resident, has run
    out. Whether there is such a clock is asked first, of the index `clock_running_due`: mostly there is none."""
    out = {"kind": kind, "due_on__lt": today, "stopped_at__isnull": True, "paused_on__isnull": True}
    if not Clock.objects.filter(**out).exists():
        return Matter.objects.none()
    return Matter.objects.filter(status=status, **{f"clocks__{name}": value for name, value in out.items()})


def seen_state(matter: Matter) -> str:
    """What the user's screen shows of the matter; another value later means that somebody else has acted."""
    return f"{matter.status}.{matter.round}.{matter.holder_id or ''}.{matter.holder_deputy_id or ''}"
