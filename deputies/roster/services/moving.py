"""The roster of a body that was merged into another."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.roster.models import ChatGroup, Deputy, Group
from liaison.base.audit.services import Fact, record


@transaction.atomic
def move_roster(*, body: Organisation, into: Organisation, by: User | None, now: datetime) -> int:
    """Bring deputies, groups and chat groups of `body` to its successor; returns how many deputies.

    A group whose name the successor has already carries the old body's name as well.
    """
    deputies = list(Deputy.objects.select_for_update().filter(organisation=body).order_by("id"))
    for deputy in deputies:
        data = {"organisation": [body.name, into.name]}
        record(deputy.chain, Fact(verb="deputy.edited", data=data), by=by, now=now)
    Deputy.objects.filter(organisation=body).update(organisation=into, version=F("version") + 1)
    taken = set(Group.objects.filter(organisation=into).values_list("name", flat=True))
    for group in Group.objects.filter(organisation=body):
        if group.name in taken:
            group.name = f"{group.name}（{body}）"[:60]
        group.organisation = into
        group.save(update_fields=["name", "organisation"])
    for chat in ChatGroup.objects.filter(organisation=body):
        chat.organisation = into
        chat.save(update_fields=["organisation"])
        fact = Fact(verb="chat_group.saved", data={"name": chat.name, "active": chat.active})
        record(f"chat_group:{chat.pk}", fact, by=by, now=now)
    return len(deputies)
