"""The demo's reviews of replies and call-backs: marks of every level, a draw half called, ratings worth a look."""

from datetime import datetime, timedelta

from django.db import transaction

from deputies.accounts.services import note_sign_in
from deputies.organisations.models import Organisation
from liaison.base.privacy import blind_index
from liaison.base.workdays.arithmetic import local_today
from liaison.demo.cast import Cast
from opinions.evaluation.models import Rating
from opinions.matters.models import Matter
from opinions.matters.states import Status
from supervision.quality.models import ChecklistItem
from supervision.quality.queries import to_review
from supervision.quality.services import load_checklist, mark_reply
from supervision.revisits.models import Draw
from supervision.revisits.services import Definition, draw, note_contact, note_missed, record_outcome

MARKS = (
    ("poor", "长远打算写了，群众眼下怎么办一句也没有答。请补充后重新答复。"),
    ("low", "主要问题答了，群众另问的一件没有答。"),
    ("good", "措施、责任人和日期都清楚，电话核对无误。"),
)
HEARD = (
    ("satisfied", "yes", "师傅来得很快，修得也好。"),
    ("unsatisfied", "no", "当时以为修好了，过了一个星期又坏了，没有人再来。"),
    ("mostly", "partly", ""),
)
SAME_PLACE = 3


@transaction.atomic
def tell_of_guarding(congress: Organisation, *, now: datetime) -> int:
    """Review three replies and call back some residents; returns how many call-backs were drawn. Once only."""
    load_checklist()
    if Draw.objects.exists():
        return 0
    by = Cast(congress).district
    newest = to_review(by).select_related("matter__street", "matter__district", "written_by", "assignment")
    for (level, reason), reply in zip(MARKS, newest.filter(assignment__isnull=False).order_by("-id")[:3], strict=False):
        items = [] if level == "good" else list(ChecklistItem.objects.filter(code="off_point"))
        mark_reply(reply=reply, items=items, level=level, reason=reason, by=by, now=now)
    _rate_from_one_place(now)
    today = local_today(now)
    month = Definition(since=today - timedelta(days=60), until=today, number=8, state="rated", seed="2026-11")
    held = draw(definition=month, caller=congress, by=by, now=now - timedelta(days=2))
    rows = list(held.revisits.filter(caller=congress).select_related("matter__street", "matter__district", "caller"))
    for row, (satisfied, solved, words) in zip(rows, HEARD, strict=False):
        record_outcome(revisit=row, satisfied=satisfied, solved=solved, words=words, by=by, now=now)
    for row in rows[len(HEARD) : len(HEARD) + 1]:
        note_missed(revisit=row, by=by, now=now)
    _keep_in_touch(Cast(congress), now)
    return held.revisits.count()


def _keep_in_touch(cast: Cast, now: datetime) -> None:
    """A street rang up about its newest closed matters and went there for the first."""
    street, today = cast.committees[0], local_today(now)
    closed = Matter.objects.filter(street=street, status=Status.CLOSED, closed_at__lt=now).order_by("-closed_at")
    for matter, ways in zip(closed, (("call", "visit"), ("call",)), strict=False):
        for means in ways:
            note_contact(matter=matter, means=means, day=today, heard=HEARD[0][2], by=cast.staff(street), now=now)


def _rate_from_one_place(now: datetime) -> None:
    """Three residents rated from the address at which the handling body's own people sign in."""
    last = Rating.objects.filter(reply__organisation__isnull=False).select_related("reply__written_by").order_by("-at")
    found = list(last[:SAME_PLACE])
    place = blind_index("address:192.0.2.1")
    Rating.objects.filter(pk__in=[row.pk for row in found]).update(client_hash=place)
    for row in found[:1]:
        if row.reply is not None and row.reply.written_by is not None:
            note_sign_in(user=row.reply.written_by, client_hash=place, now=now)
