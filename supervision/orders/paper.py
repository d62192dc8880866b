"""What a letter says on paper: head, paragraphs and, where there are many matters, the list as an annex."""

from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from liaison.base.codes import grouped
from liaison.base.documents.official import Annex, Official, Paragraph, chinese_day
from liaison.base.privacy import deidentified
from liaison.base.workdays.arithmetic import local_today
from opinions.matters.models import Matter, Reporter
from supervision.orders.models import Letter, LetterHead

MOST_INLINE = 3
"""Matters named in the text; more go into the annex."""
STOPS = "。！？；，、.!?;, "
"""Marks that end a title and do not belong into the middle of a sentence."""
NUMERALS = "一二三四五六七八九十"


def official(
    letter: Letter, *, matters: Sequence[Matter], due_on: date | None, day: date | None, head: LetterHead | None
) -> Official:
    """The letter as a document; without `day` as a draft, which has neither number nor date."""
    with override(settings.LANGUAGE_CODE):
        many = len(matters) > MOST_INLINE
        return Official(
            heading=head.heading if head else letter.issuer.name,
            number=letter.reference if day else "",
            title=letter.title,
            addressee=letter.addressee.name,
            body=_body(letter, matters, due_on, many=many),
            signature=head.signature if head else letter.issuer.name,
            day=day,
            copies=[body.name for body in letter.copies.all()],
            annexes=[_annex(matters)] if many else [],
            draft="" if day else _("草稿"),
        )


def _body(letter: Letter, matters: Sequence[Matter], due_on: date | None, *, many: bool) -> list[Paragraph]:
    named = _count(matters) if many else [Paragraph(_line(matter, title)) for matter, title in titled(matters)]
    demands = [
        Paragraph(
            _("（%(number)s）%(text)s%(day)s前完成。")
            % {"number": NUMERALS[place], "text": ended(one.text), "day": chinese_day(one.due_on)}
        )
        for place, one in enumerate(letter.demands.all())
    ]
    return [
        *(Paragraph(line) for line in [letter.basis, *letter.opening.splitlines()] if line.strip()),
        Paragraph(_("一、督办事项"), "heading"), *named,
        Paragraph(_("二、工作要求"), "heading"), *demands,
        Paragraph(_("三、回复要求"), "heading"), Paragraph(_reply(letter, due_on)),
    ]  # fmt: skip


def _reply(letter: Letter, due_on: date | None) -> str:
    if due_on:
        when = _("请于%(day)s前书面回复") % {"day": chinese_day(due_on)}
    else:
        when = _("请在收到后%(days)s个工作日内书面回复") % {"days": letter.days} if letter.days else _("请按时书面回复")
    return _("%(when)s，对每条要求写明措施、责任人和完成日期，由单位负责人签发。") % {"when": when}


def names_for_reply(paper: Official, day: date) -> bool:
    """Whether the document asks, in its last sentence, for an answer by this day."""
    with override(settings.LANGUAGE_CODE):
        return chinese_day(day) in paper.body[-1].text


def ended(text: str) -> str:
    """The text with a mark at its end."""
    return text if text.rstrip().endswith(("。", "；", "！", "？")) else f"{text.rstrip()}。"


def titled(matters: Sequence[Matter]) -> list[tuple[Matter, str]]:
    """The matters with titles that name nobody; one statement."""
    names: dict[int, list[str]] = {}
    for matter_id, name in Reporter.objects.filter(matter__in=matters).values_list("matter", "name"):
        names.setdefault(matter_id, []).append(name)
    return [(matter, deidentified(matter.title, names=names.get(matter.pk, ()))) for matter in matters]


def _line(matter: Matter, title: str) -> str:
    words = {
        "title": title.rstrip(STOPS),
        "code": grouped(matter.code),
        "day": chinese_day(local_today(matter.opened_at)),
    }
    return _("%(title)s（编号%(code)s，群众%(day)s反映）。") % words


def _count(matters: Sequence[Matter]) -> list[Paragraph]:
    return [Paragraph(_("共%(count)s件，名称、编号见附件。") % {"count": len(matters)})]


def _annex(matters: Sequence[Matter]) -> Annex:
    rows = [
        [str(number), grouped(matter.code), title, str(local_today(matter.opened_at)), matter.get_status_display()]
        for number, (matter, title) in enumerate(titled(matters), start=1)
    ]
    columns = [_("序号"), _("编号"), _("事项"), _("反映日期"), _("状态")]
    return Annex(_("督办事项清单"), columns, rows, [2, 4, 9, 4, 4])
