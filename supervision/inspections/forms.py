"""Forms around inspectors."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from liaison.base.errors import InvalidInput
from liaison.base.web.forms import PhoneField, day_field, photos_field, text_field
from opinions.matters.models import Matter
from opinions.matters.queries import named_matters
from supervision.inspections.models import Finding


class GroupForm(forms.Form):
    name = forms.CharField(label=_("小组名称"), max_length=60, error_messages={"required": _("请写小组名称。")})
    named_by = forms.CharField(
        label=_("推荐单位"), max_length=80, help_text=_("社区或其他推荐的单位。"),
        error_messages={"required": _("请写推荐单位。")},
    )  # fmt: skip
    button = _("设立")


class InspectorForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=40, error_messages={"required": _("请填写姓名。")})
    phone = PhoneField(help_text=_("加密保存，只用来每月发链接；离任时删除。"))
    consented_on = day_field(_("本人同意日期"))
    since = day_field(_("任期从"))
    until = day_field(_("任期到"))
    button = _("聘请")


class WatchForm(forms.Form):
    """请监督员每月查看. The matter is named by its code."""

    code = forms.CharField(label=_("事项编号"), max_length=40, error_messages={"required": _("请填写事项编号。")})
    what = text_field(
        _("看什么"), 2, required=_("请写明看什么，监督员只看得到这句话。"), max_length=120,
        help_text=_("写清地点和该做到的，例如：东门三盏路灯是否更换。不要写反映人的信息。"),
    )  # fmt: skip
    since = day_field(_("从哪个月（填任意一天）"))
    until = day_field(_("到哪个月（填任意一天）"))
    button = _("每月请他们看")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_code(self) -> Matter:
        """The matter, if it is in the user's scope."""
        try:
            found = named_matters(self.user, self.cleaned_data["code"])
        except InvalidInput as error:
            raise forms.ValidationError(str(error.message)) from error
        if len(found) != 1:
            raise forms.ValidationError(_("请只填一个编号。"))
        return found[0]


class CheckForm(forms.Form):
    """What an inspector saw."""

    finding = forms.ChoiceField(
        label=_("看到的情况"), choices=Finding.choices, widget=forms.RadioSelect,
        error_messages={"required": _("请选择看到的情况。")},
    )  # fmt: skip
    text = text_field(_("说明"), 3, max_length=2000, help_text=_("落后或不符的，请写下看到了什么。"))
    photos = photos_field(_("现场照片（可选）"))
    button = _("提交")
