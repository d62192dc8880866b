"""The rating form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opinions.catalog.models import ReasonKind
from opinions.catalog.queries import reasons
from opinions.evaluation.models import Solved
from opinions.evaluation.services import COMMENT_MAX, Word
from opinions.matters.models import Satisfaction


class RatingForm(forms.Form):
    """Two questions, and why when the answer is no."""

    satisfaction = forms.ChoiceField(
        label=_("对办理结果满意吗？"),
        choices=Satisfaction.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一下满意不满意。")},
    )
    solved = forms.ChoiceField(
        label=_("问题解决了吗？"),
        choices=Solved.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一下解决了没有。")},
    )
    reasons = forms.MultipleChoiceField(
        label=_("不满意，是因为（可以选几个）"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    comment = forms.CharField(
        label=_("还想说的（可不填）"),
        required=False,
        max_length=COMMENT_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("最多 %(limit_value)d 个字，现在有 %(show_value)d 个字。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(row.code, row.name) for row in reasons(ReasonKind.UNSATISFIED)]
        self.fields["reasons"].choices = choices  # type: ignore[attr-defined]

    def word(self) -> Word:
        """What the resident says."""
        data = self.cleaned_data
        unsatisfied = data["satisfaction"] == Satisfaction.UNSATISFIED
        chosen = [row for row in reasons(ReasonKind.UNSATISFIED) if row.code in data["reasons"]]
        return Word(
            satisfaction=data["satisfaction"],
            solved=data["solved"],
            reasons=chosen if unsatisfied else (),
            comment=data["comment"],
        )
