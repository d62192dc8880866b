"""答复模板: beginnings of replies that a body keeps for itself."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from deputies.accounts.access import Permission, check
from deputies.accounts.models import User
from liaison.base.errors import InvalidInput, NotAllowed
from liaison.base.stamps import bump
from opinions.catalog.models import Category, ReplyTemplate
from opinions.catalog.queries import STAMP
from opinions.matters.services import checked_text


@transaction.atomic
def save_template(
    *, by: User, name: str, text: str, category: Category | None = None, template: ReplyTemplate | None = None
) -> ReplyTemplate:
    """Keep a template of the user's own body: a new one, or `template` changed. Raises InvalidInput, NotAllowed."""
    _check_own(by, template)
    name = name.strip()
    if not name or len(name) > 60:
        raise InvalidInput(_("请给模板起个名字，60 个字以内。"), field="name")
    text = checked_text(text, field="text", missing=_("请写下模板的内容。"))
    row = template or ReplyTemplate(organisation=by.organisation)
    row.name, row.text, row.category = name, text, category
    row.save()
    bump(STAMP)
    return row


@transaction.atomic
def drop_template(*, by: User, template: ReplyTemplate) -> None:
    """Put a template of the own body out of use."""
    _check_own(by, template)
    template.active = False
    template.save(update_fields=["active"])
    bump(STAMP)


def _check_own(by: User, template: ReplyTemplate | None) -> None:
    check(by, Permission.TEMPLATE_EDIT)
    if template is not None and (template.organisation_id is None or template.organisation_id != by.organisation_id):
        raise NotAllowed
