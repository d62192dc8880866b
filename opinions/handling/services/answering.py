"""直接答复: a deputy's own answer."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from liaison.base.audit.models import Audience
from liaison.base.errors import InvalidInput
from liaison.base.files.models import StoredFile
from liaison.base.files.services import save_prepared
from liaison.base.step import step
from opinions.catalog.models import Tier
from opinions.handling.content import GAPS, has_gaps
from opinions.handling.models import Reply, ReplyStatus
from opinions.handling.services.common import side_of, standing_for
from opinions.handling.services.outcome import become_replied
from opinions.handling.services.receiving import carry_out_take
from opinions.matters.models import Matter, ReplyClass
from opinions.matters.services import attach, checked_text
from opinions.matters.states import Status

ANSWER_CLASSES = ("", ReplyClass.SOLVED, ReplyClass.EXPLAINED)
"""What a deputy's answer may claim. Deputies do not handle, so they make no promises with dates (rule 2)."""


@step
def answer(
    *, matter: Matter, text: str, by: User, now: datetime, reply_class: str = "", photos: Sequence[StoredFile] = ()
) -> Reply:
    """The deputy's answer, written by the deputy or by the paired helper in the deputy's name.

    From submitted it takes first, in the same transaction. `photos` are prepared and not saved yet.
    Raises InvalidInput for an empty text, one with gaps, or another class.
    """
    side = side_of(standing_for("answer", matter=matter, by=by, now=now))
    text = checked_text(text, field="text", missing=_("请写下答复的内容。"))
    if has_gaps(text):
        raise InvalidInput(GAPS, field="text")
    if reply_class not in ANSWER_CLASSES:
        raise InvalidInput(_("代表答复只能选“已解决”或“说明解释”。"), field="reply_class")
    if matter.status == Status.SUBMITTED:
        carry_out_take(matter, side=side, by=by, now=now)
    become_replied(
        matter, "answer", by=by, actor=side.actor, now=now, reply_class=reply_class,
        data={"body": side.name}, changes={"tier": Tier.DEPUTY},
    )  # fmt: skip
    attach(matter=matter, stored=save_prepared(photos), audience=Audience.PUBLIC, by=by, now=now)
    return Reply.objects.create(
        matter=matter, deputy=side.deputy, organisation=None, round=matter.round, text=text, reply_class=reply_class,
        status=ReplyStatus.ISSUED, written_by=by, written_at=now, approved_by=by, issued_at=now,
    )  # fmt: skip
