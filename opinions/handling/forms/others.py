"""Bulk assignment and reply templates."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from liaison.base.web.forms import offer, text_field
from opinions.catalog.queries import categories
from opinions.handling.forms.base import BodyChoice, offered_bodies, tier_field, tier_of
from opinions.matters.models import Matter


class BulkAssignForm(forms.Form):
    """To whom the ticked matters go."""

    lead = BodyChoice(label=_("主办单位"), error_messages={"required": _("请选择主办单位。")})
    tier = tier_field()
    note = text_field(_("交办要求（可选）"), rows=2, max_length=1000, help_text=_("只有承办单位看得到。"))

    def __init__(self, *args: Any, user: User, matters: Sequence[Matter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = offered_bodies(user, matters[0]) if matters else []
        self.fields["lead"].use(bodies, blank=_("请选择"))  # type: ignore[attr-defined]

    @property
    def arguments(self) -> dict[str, Any]:
        """Arguments of the service."""
        data = self.cleaned_data
        return {"lead": data["lead"], "tier": data["tier"] or tier_of(data["lead"]), "note": data["note"]}


class TemplateForm(forms.Form):
    """A reply template of the own body."""

    name = forms.CharField(
        label=_("名称"), max_length=60,
        error_messages={"required": _("请给模板起个名字。"), "max_length": _("名称请控制在 60 字以内。")},
    )  # fmt: skip
    category = forms.TypedChoiceField(label=_("用于类别（可选）"), required=False, empty_value=None)
    text = text_field(_("内容"), rows=5, required=_("请写下模板的内容。"), help_text=_("要填的地方写成 __。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["category"], [(row, str(row)) for row in categories()], first=[("", _("不限"))])
