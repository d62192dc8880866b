"""办理链接: a body without accounts gets a link to its assignment, by e-mail, text message or printed letter."""

from datetime import datetime

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from deputies.accounts.models import DEPARTMENT_ROLES, User
from deputies.organisations.models import Organisation
from liaison.base.notices.models import Channel
from liaison.base.notices.services import Draft, queue
from liaison.base.privacy import MOBILE
from opinions.handling.models import Assignment
from opinions.invitations.models import BodyLink
from opinions.invitations.services import body_link_address, open_body_link


def has_accounts(body: Organisation) -> bool:
    """Whether somebody of the body can sign in."""
    return User.objects.filter(organisation=body, is_active=True, role__in=DEPARTMENT_ROLES).exists()


def send_link(assignment: Assignment, *, by: User | None, now: datetime) -> BodyLink:
    """A fresh link, sent to the body's public address and number; without either the committee prints the letter."""
    link = open_body_link(assignment_id=assignment.pk, by=by, now=now)
    matter, body = assignment.matter, assignment.organisation
    with override(settings.LANGUAGE_CODE):
        subject = str(format_lazy(_("{street}交办：{title}"), street=matter.street.name, title=matter.title))
        text = str(format_lazy(_("请打开链接签收和答复，{day} 前有效。请勿转发。"), day=link.expires_on.isoformat()))
    addresses = [(Channel.EMAIL, body.email)] if body.email else []
    addresses += [(Channel.SMS, body.phone)] if MOBILE.match(body.phone.strip()) else []
    drafts = [
        Draft(
            key=f"body_link:{link.pk}:{channel}",
            channel=channel,
            address=address,
            subject=subject,
            body=text,
            link=body_link_address(link),
            about=matter.chain,
        )
        for channel, address in addresses
    ]
    queue(drafts, now=now)
    return link
