"""What a resident does after submitting, by the private link: confirm, withdraw, have personal data deleted."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from liaison.base.audit.models import Audience
from liaison.base.audit.services import Fact, record
from liaison.base.errors import DomainError
from liaison.base.files.models import StoredFile
from liaison.base.files.services import save_prepared
from liaison.base.nudge import Nudge
from liaison.base.privacy import hide_id_numbers
from liaison.base.stamps import bump
from opinions.handling import services as handling
from opinions.intake.models import Opinion
from opinions.matters.models import RESIDENT, Matter, Reporter
from opinions.matters.services import add_line, already_said, tell_body

PUBLIC = "echo"
"""The stamp of what everybody may read: the residents' words in it stand by their consent alone."""
HEED = Nudge("echo.heed_consents")


class AlreadyConfirmed(DomainError):
    message = _("这件事已经确认过了。")


class Shared(DomainError):
    """Others stand behind the matter as well."""

    message = _("这件事还有别人一起反映，不能由一个人撤回。")


@transaction.atomic
def confirm(*, matter: Matter, reporter: Reporter, now: datetime, correction: str = "") -> None:
    """The resident says that what an officer entered is right, or what is not (G6, Z7). Raises AlreadyConfirmed."""
    entered = Opinion.objects.filter(pk=matter.pk, assisted_by__isnull=False, confirmed_at__isnull=True)
    if not entered.update(confirmed_at=now):
        raise AlreadyConfirmed
    held = Matter.objects.select_for_update().get(pk=matter.pk)
    text = hide_id_numbers(correction).strip()
    if text:
        add_line(matter=held, body=text, audience=Audience.PUBLIC, by=None, now=now, author=RESIDENT, reporter=reporter)
        tell_body(
            held, key="corrected", subject=_("居民更正了代录的内容：%(title)s") % {"title": held.title}, now=now,
            organisation=None if held.holder_deputy else (held.holder or held.street), deputy=held.holder_deputy,
        )  # fmt: skip
    fact = Fact(verb="confirm", data={"corrected": bool(text)}, audience=Audience.PUBLIC)
    record(held.chain, fact, by=None, actor=RESIDENT, now=now)


@transaction.atomic
def withdraw(*, matter: Matter, reporter: Reporter, now: datetime, reason: str = "") -> None:
    """撤回, before anybody handles it and while nobody else stands behind it.

    Raises WrongState, StaleState, Shared.
    """
    if matter.reporters.count() > 1 or matter.merged.exists():
        raise Shared
    handling.withdraw(matter=matter, reporter=reporter, reason=hide_id_numbers(reason), now=now)


def follow_chosen(*, matter: Matter, reporter: Reporter, token: str, now: datetime) -> bool:
    """The resident has chosen, on the form, to follow the matter of others. Never an obstacle: what has moved on
    meanwhile, or a token that names nothing, leaves the own report as it is. Says whether it is followed."""
    target = handling.followed(token) if token else None
    if target is None:
        return False
    try:
        handling.follow(matter=matter, reporter=reporter, target=target, now=now)
    except DomainError:
        return False
    return True


@transaction.atomic
def erase(*, matter: Matter, reporter: Reporter, now: datetime, contact: bool, publication: bool) -> None:
    """Delete telephone and name, or take back the consent to publish (个人信息保护法 art. 15, 47).

    The key of the private link stays, so that the resident can go on following.
    """
    held = Matter.objects.select_for_update().get(pk=matter.pk)
    if contact:
        Reporter.objects.filter(pk=reporter.pk).update(name="", phone="", phone_index="", erased_at=now)
        Opinion.objects.filter(pk=reporter.matter_id).update(consent_contact=False)
    if publication:
        Opinion.objects.filter(pk=reporter.matter_id).update(consent_publish=False)
        bump(PUBLIC)
        transaction.on_commit(HEED, robust=True)
    if contact or publication:
        fact = Fact(verb="erase", data={"contact": contact, "publication": publication})
        record(held.chain, fact, by=None, actor=RESIDENT, now=now)


@transaction.atomic
def supply(
    *, matter: Matter, reporter: Reporter, now: datetime, text: str = "", photos: Sequence[StoredFile] = ()
) -> bool:
    """What the resident adds. `photos` are prepared and not saved yet.

    False when the same has just been taken in, so that a second press adds nothing. A matter that moved on since the
    page was opened is no obstacle: it is read anew under its lock. Raises WrongState, InvalidInput.
    """
    held = Matter.objects.select_for_update().get(pk=matter.pk)
    text = hide_id_numbers(text).strip()
    if already_said(matter=held, body=text, audience=Audience.PUBLIC, stored=photos, reporter=reporter, now=now):
        return False
    handling.supply(matter=held, reporter=reporter, text=text, stored=save_prepared(photos), now=now)
    return True
