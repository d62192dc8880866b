"""The structured reply: text, class and as many points as needed.

Works without JavaScript: a few blank rows, and a button for one more.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.base.phrases import listing
from liaison.base.web.forms import day_field, text_field
from opinions.handling.content import MOST_POINTS, PERSON_MAX, PROBLEM_MAX, Content, Fault, Point, empty_talk
from opinions.handling.forms.base import VerbForm, warn_once
from opinions.matters.models import ReplyClass

BLANK_ROWS = 2
"""Rows offered beyond those already written."""
SAVE, ADD, SUBMIT, ISSUE, REPORT = "save", "add", "submit", "issue", "report"
"""What a button of the reply does."""


class PointForm(forms.Form):
    """One point. Nothing is required here: an unfinished draft is kept as it is, and a blank row counts as none."""

    problem = forms.CharField(
        label=_("问题"), required=False, max_length=PROBLEM_MAX,
        error_messages={"max_length": _("问题请控制在 %(limit_value)d 字以内。")},
    )  # fmt: skip
    measure = text_field(_("措施"), rows=2, max_length=2000)
    person = forms.CharField(
        label=_("责任人"), required=False, max_length=PERSON_MAX,
        error_messages={"max_length": _("责任人请控制在 %(limit_value)d 字以内。")},
    )  # fmt: skip
    due_on = day_field(_("完成日期"), required=False)

    @property
    def point(self) -> Point:
        """What the row says."""
        words = {name: (self.cleaned_data.get(name) or "").strip() for name in ("problem", "measure", "person")}
        return Point(**words, due_on=self.cleaned_data.get("due_on"))


class ReplyForm(VerbForm):
    """Text and class of a reply, with its rows of points in `rows`."""

    takes_templates = True
    sent_back = ""
    """What the head wants changed."""
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    count = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = text_field(_("正文"), rows=8, help_text=_("写给居民看的话；谁来做、什么时候做完，写在下面各项里。"))
    reply_class = forms.ChoiceField(
        label=_("答复类别"), required=False, widget=forms.RadioSelect, choices=ReplyClass.choices,
        help_text=_("B、C 两类是有期限的承诺，办结后继续跟踪到兑现。"),
    )  # fmt: skip

    def __init__(self, *args: Any, written: Content | None = None, version: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        written = written or Content()
        self.fields["version"].initial = version
        self.fields["text"].initial = written.text
        self.fields["reply_class"].initial = written.reply_class
        self.rows = self._bound_rows() if self.is_bound else self._fresh_rows(written)
        self.fields["count"].initial = len(self.rows)

    def _bound_rows(self) -> list[PointForm]:
        return [PointForm(self.data, prefix=f"p{index}") for index in range(self._posted_count())]

    def _posted_count(self) -> int:
        posted = str(self.data.get("count", ""))
        return (
            min(int(posted), MOST_POINTS) if posted.isascii() and posted.isdigit() and len(posted) < 4 else BLANK_ROWS
        )

    def as_typed(self, added: str, *, more: bool) -> "ReplyForm":
        """The form with what was typed, unchecked: with a template's text added, or with one row more."""
        typed = str(self.data.get("text", ""))
        fresh = ReplyForm(user=self.user, matter=self.matter)
        for name in ("version", "text", "reply_class"):
            fresh.fields[name].initial = self.data.get(name)
        if added and added not in typed:
            fresh.fields["text"].initial = f"{typed}\n{added}".strip()
        rows = [{bound.name: bound.value() for bound in row} for row in self.rows]
        rows += [{}] if more and len(rows) < MOST_POINTS else []
        fresh.rows = [PointForm(initial=row, prefix=f"p{index}") for index, row in enumerate(rows)]
        fresh.fields["count"].initial = len(rows)
        return fresh

    @staticmethod
    def _fresh_rows(written: Content) -> list[PointForm]:
        points = [vars(point) for point in written.points]
        blank = max(BLANK_ROWS - len(points), 1)
        rows = [*points, *({} for _number in range(blank))]
        return [PointForm(initial=row, prefix=f"p{index}") for index, row in enumerate(rows[:MOST_POINTS])]

    def is_valid(self) -> bool:
        rows = [row.is_valid() for row in self.rows]
        valid = super().is_valid()
        if self.is_bound and not all(rows):
            self._point_to_rows()
        return valid and all(rows)

    def _point_to_rows(self) -> None:
        """Name the rows with errors in the summary at the top; the errors themselves stand in the rows."""
        wrong = [str(number) for number, row in enumerate(self.rows, 1) if row.errors]
        told = _("第 %(rows)s 项还没有写完整，请看下面标红的地方。") % {"rows": listing(wrong)}
        if wrong and told not in self.non_field_errors():
            self.add_error(None, told)

    @property
    def content(self) -> Content:
        """The reply as it was written, of a form that is valid."""
        return Content(
            text=self.cleaned_data["text"], reply_class=self.cleaned_data["reply_class"],
            points=tuple(row.point for row in self.rows),
        )  # fmt: skip

    @property
    def arguments(self) -> dict[str, Any]:
        return {"content": self.content, "version": self.cleaned_data["version"]}

    def blame(self, found: Sequence[Fault]) -> None:
        """Put the faults of the content at their fields; those of all points together at the top."""
        for fault in found:
            if fault.point is not None:
                self.rows[fault.point].add_error(fault.field, fault.message)
            else:
                self.add_error(fault.field if fault.field in self.fields else None, fault.message)
        self._point_to_rows()

    def warn(self) -> bool:
        """Warn of empty talk, unless the writer has ticked 仍然提交. Says whether it warned."""
        empty = empty_talk(self.content)
        if empty:
            warn_once(self, [])
        if not empty or self.data.get("anyway"):
            return False
        self.blame(empty)
        return True

    @property
    def typed(self) -> list[tuple[Any, str]]:
        texts = super().typed
        return texts + [(bound.label, str(bound.value())) for row in self.rows for bound in row if bound.value()]
