"""The open matters of a street that was merged into another."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from opinions.catalog.models import ClockKind, ReplyTemplate
from opinions.clocks.models import Clock
from opinions.handling.models import LIVE, Assignment, JointStreet
from opinions.matters.models import Matter
from opinions.promises.services import move_promises

name_verbs({"street_merged": _("街道合并，改由新街道负责")})


@transaction.atomic
def move_matters(*, body: Organisation, into: Organisation, by: User | None, now: datetime) -> int:
    """Give the successor every open matter of the street: its turn, its running limits (with the days that are left),
    what it assigned and may still recall. Each has a line in its history. Ended matters stay where they ended; the
    successor owes what the street promised in them.

    The street's own reply templates go along. Returns how many matters moved.
    """
    matters = list(Matter.objects.open().select_for_update().filter(street=body).order_by("id"))
    ids = [matter.pk for matter in matters]
    data = {"body": into.name, "from": body.name}
    for matter in matters:
        fact = Fact(verb="street_merged", data=data, audience=Audience.PUBLIC)
        record(matter.chain, fact, by=by, now=now)
    move_promises(body=body, into=into, by=by, now=now)
    moved = Matter.objects.filter(pk__in=ids)
    moved.filter(holder=body).update(holder=into)
    moved.update(street=into, version=F("version") + 1)
    Clock.objects.filter(matter__in=ids, organisation=body, stopped_at__isnull=True).update(organisation=into)
    _move_letters(body, into)
    given = Assignment.objects.filter(matter__in=ids, assigned_by_organisation=body, status__in=LIVE)
    given.update(assigned_by_organisation=into)
    _move_joint_streets(body, into)
    ReplyTemplate.objects.filter(organisation=body).update(organisation=into)
    return len(matters)


def _move_letters(body: Organisation, into: Organisation) -> None:
    """The successor answers the letters to the street, about ended matters too."""
    running = Clock.objects.filter(kind=ClockKind.LETTER, stopped_at__isnull=True)
    running.filter(organisation=body).update(organisation=into)


def _move_joint_streets(body: Organisation, into: Organisation) -> None:
    """Where the street took part beside another, its successor does, unless it is there already."""
    rows = JointStreet.objects.filter(street=body)
    rows.filter(Q(matter__street=into) | Q(matter__joint_streets__street=into)).delete()
    JointStreet.objects.filter(street=body).update(street=into)
