"""Forms of 并案、同因分点 and of taking a matter out again."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.base.codes import grouped, normalise
from liaison.base.phrases import aside
from opinions.handling.forms.base import Choices, VerbForm
from opinions.handling.queries import near_matters
from opinions.matters.models import Matter


class MergeForm(VerbForm):
    target = forms.ChoiceField(label=_("并入哪一件"), required=False, widget=forms.RadioSelect)
    code = forms.CharField(label=_("或者填写编号"), required=False, max_length=40)
    button = _("并案")
    hint = _("这一件的经过和附件都会保留；以后的进展会同时告诉两边的居民。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        near = near_matters(self.user, self.matter)
        choices: Choices = [(row.code, aside(row.title, grouped(row.code))) for row in near]
        self.fields["target"].choices = choices  # type: ignore[attr-defined]
        if not near:
            del self.fields["target"]
            self.fields["code"].label = _("并入哪一件（编号）")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        code = normalise(data.get("code") or "") or data.get("target")
        if not code and not self.errors:
            self.add_error("code", _("请选择或填写要并入的事项编号。"))
        elif code:
            data["found"] = Matter.objects.visible_to(self.user).filter(code=code).first()
            if data["found"] is None:
                self.add_error("code", _("没有找到这个编号的事项，或者它不在您的范围内。"))
        return data

    def add_error(self, field: str | None, error: Any) -> None:
        """What is wrong with the target stands where it was named."""
        super().add_error("code" if field == "target" and self.data.get("code") else field, error)

    @property
    def arguments(self) -> dict[str, Any]:
        return {"target": self.cleaned_data["found"]}


class BranchForm(MergeForm):
    button = _("列为分点")
    hint = _("同一个原因、几个地方：这一件保留自己的地点和反映人，跟着那一件一起办、一起答复；随时可以移出。")


class UnmergeForm(VerbForm):
    button = _("撤销并案")
    hint = _("恢复并案前的状态和承办单位，中间的工作日补进时限，并短信告诉居民。")
