"""The opinion ledger (domain.md §5) of what a list shows, as a spreadsheet. Phones stay masked."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from liaison.base.codes import grouped
from liaison.base.privacy import mask_phone
from liaison.base.workdays.arithmetic import SHANGHAI
from opinions.evaluation.models import RatingState
from opinions.evaluation.queries import rating_state_of
from opinions.matters.models import Matter, MatterQuerySet
from opinions.matters.queries import lit

MOST_ROWS = 5_000
"""Rows of a spreadsheet made while the user waits."""
COLUMNS = (
    _("编号"), _("时间"), _("渠道"), _("反映人"), _("电话"), _("地址"), _("内容"), _("类别"), _("接件代表"), _("层级"),
    _("承办单位"), _("时限"), _("灯色"), _("亮灯原因"), _("状态"), _("答复日"), _("解决程度"), _("评价"),
)  # fmt: skip


def ledger_rows(matters: MatterQuerySet, today: Any) -> Iterator[list[Any]]:
    """One row a matter, in the order of COLUMNS; one more than MOST_ROWS where they go on."""
    rows = matters.select_related("opinion", "category", "deputy", "holder").prefetch_related("reporters")
    for matter in rows[: MOST_ROWS + 1]:
        yield [*_about(matter), *_progress(matter, today)]


def _about(matter: Matter) -> Iterable[Any]:
    opinion = matter.opinion
    reporter = next(iter(matter.reporters.all()), None)
    named = reporter is not None and not opinion.anonymous
    return [
        grouped(matter.code),
        matter.opened_at.astimezone(SHANGHAI).replace(tzinfo=None),
        opinion.get_channel_display(),
        reporter.name if reporter and named else str(_("匿名")),
        mask_phone(reporter.phone) if reporter else "",
        opinion.place,
        opinion.content,
        matter.category.name if matter.category else "",
        matter.deputy.name if matter.deputy else "",
        matter.get_tier_display() if matter.tier else "",
    ]


def _progress(matter: Matter, today: Any) -> Iterable[Any]:
    replied, light = matter.first_replied_at, lit(matter, today)
    return [
        matter.holder.name if matter.holder else "",
        matter.due_on,
        str(light.light.label) if light else "",
        light.reason if light else "",
        str(matter.get_status_display()),
        replied.astimezone(SHANGHAI).replace(tzinfo=None) if replied else None,
        str(matter.get_reply_class_display()) if matter.reply_class else "",
        _word(matter),
    ]


def _word(matter: Matter) -> str:
    """The resident's word on the present reply, else why there is none: still awaited, lapsed, or not asked for."""
    state = rating_state_of(matter)
    return str(matter.get_satisfaction_display() if state == RatingState.RATED else state.label)
