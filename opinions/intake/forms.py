"""Forms of intake. They validate; services persist. Choices are cached copies: checking asks no database."""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.validators import MaxLengthValidator
from django.urls import reverse_lazy
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deputies.roster.models import Deputy
from liaison.base.phrases import aside
from liaison.base.web.forms import MultiFileField, PhoneField, ReadyChoices
from opinions.catalog.models import Category, SourceChannel, Wish
from opinions.catalog.queries import top_categories
from opinions.intake.hints import Hint, hints_for
from opinions.intake.places import Setting, community_choices, division_by_code, setting_of
from opinions.intake.services.submission import CONTENT_MAX

MOST_PHOTOS = 6


def privacy_help() -> str:
    """What stands below the consent, with the way to the notice."""
    link = format_html('<a href="{}" target="_blank">{}</a>', reverse_lazy("intake:privacy"), _("个人信息怎样使用"))
    return format_html(_("请先看：{}。不满 14 周岁的，由监护人同意。"), link)


class PlainText(forms.CharField):
    """Text as people type it, line ends made one kind; nothing but blanks and invisible signs counts as no text."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return text if any(unicodedata.category(sign)[0] in "LNPS" for sign in text) else ""


def _degrees(text: Any, most: int) -> Decimal | None:
    try:
        number = Decimal(str(text))
    except ArithmeticError:
        return None
    return round(number, 6) if number.is_finite() and abs(number) <= most else None


class ContentForm(forms.Form):
    """What is wrong, where, and who asks: what residents and officers both fill in."""

    content = PlainText(
        label=gettext_lazy("您想反映什么？"),
        help_text=gettext_lazy("什么事、多久了、希望怎么办，想到什么写什么。"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("请写下您想反映的事，几个字也行。")},
        validators=[
            MaxLengthValidator(CONTENT_MAX, gettext_lazy("最多 %(limit_value)d 个字，现在有 %(show_value)d 个字。"))
        ],
    )
    photos = MultiFileField(
        label=gettext_lazy("照片"),
        max_files=MOST_PHOTOS,
        required=False,
    )
    place = PlainText(
        label=gettext_lazy("在什么地方？"),
        required=False,
        max_length=160,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": gettext_lazy("地点最多 %(limit_value)d 个字，其余的请写在上面。")},
    )
    community = forms.ChoiceField(label=gettext_lazy("属于哪个社区？"), required=False)
    phone = PhoneField(
        label=gettext_lazy("手机号"),
        required=False,
        help_text=gettext_lazy("可以不填。填了会收到进度短信，号码不公开。"),
    )
    category = forms.ChoiceField(label=gettext_lazy("属于哪一类？"), required=False)
    wish = forms.ChoiceField(
        label=gettext_lazy("您希望怎样？"),
        required=False,
        choices=[("", gettext_lazy("没有特别的要求")), *Wish.choices],
    )
    name = PlainText(
        label=gettext_lazy("怎么称呼您？"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("例如：张师傅、李阿姨。"),
    )
    anonymous = forms.BooleanField(label=gettext_lazy("匿名：办理的单位看不到我的称呼和电话"), required=False)
    consent_publish = forms.BooleanField(
        label=gettext_lazy("办完以后，可以把去掉个人信息的内容和结果公开给大家看"), required=False
    )
    submission_key = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, setting: Setting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.setting = setting
        here = setting.community or setting.division
        choices = community_choices(setting.district, setting.street)
        self.fields["community"].choices = ReadyChoices([("", _("不清楚，由工作人员判断")), *choices])  # type: ignore[attr-defined]
        self.fields["community"].initial = here.code
        self.fields["category"].choices = ReadyChoices([("", _("不确定，由工作人员判断")), *_category_choices()])  # type: ignore[attr-defined]
        self.fields["photos"].widget.attrs |= {"data-photos": "", "accept": "image/*"}
        self.fields["content"].widget.attrs["data-hints"] = ""

    def clean_place(self) -> str:
        return " ".join(self.cleaned_data["place"].split())

    def clean_community(self) -> Setting:
        return self._setting(self.cleaned_data.get("community", ""))

    def _setting(self, code: str) -> Setting:
        place = division_by_code(code) if code else None
        return setting_of(place) if place else self.setting

    def clean_category(self) -> Category | None:
        code = self.cleaned_data.get("category")
        return next((one for one in top_categories() if one.code == code), None)

    @cached_property
    def key(self) -> UUID:
        """The submission key; a missing or broken one is replaced, since the form is then simply a new one."""
        try:
            return UUID(str(self.data["submission_key"]))
        except (KeyError, ValueError):
            return uuid4()


class OpinionForm(ContentForm):
    """The resident's form; one screen on a phone."""

    latitude = forms.CharField(required=False, widget=forms.HiddenInput)
    longitude = forms.CharField(required=False, widget=forms.HiddenInput)
    consent_contact = forms.BooleanField(label=gettext_lazy("可以打这个电话问我详情"), required=False)
    consent_privacy = forms.BooleanField(
        label=gettext_lazy("我看过并同意个人信息的使用说明"),
        error_messages={"required": gettext_lazy("请先勾选同意。不同意的话，可以直接到联络站当面反映。")},
    )
    elsewhere_ok = forms.BooleanField(label=gettext_lazy("我知道了，仍然要在这里反映"), required=False)
    kept = forms.BooleanField(required=False, widget=forms.HiddenInput)
    proof = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    website = forms.CharField(required=False)
    """A field that only machines see and fill in."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("phone") and not data.get("consent_contact"):
            self.add_error("consent_contact", _("您填了手机号，请勾选这一项；不想被联系，请把手机号清空。"))
        if self.unconfirmed:
            self.add_error("elsewhere_ok", _("请看一下上面的提示。仍要在这里反映，请勾选这一项。"))
        return data

    @property
    def needs_word(self) -> bool:
        """Whether a hint asks for the resident's word, given or not."""
        return any(hint.confirm for hint in self.hints)

    @property
    def hints(self) -> Sequence[Hint]:
        """What the text suggests belongs elsewhere."""
        return hints_for(str(self.data.get("content", ""))[:CONTENT_MAX]) if self.is_bound else ()

    @property
    def unconfirmed(self) -> bool:
        """Whether a hint asks for a word that the resident has not given."""
        return self.needs_word and not self.data.get("elsewhere_ok")

    @property
    def position(self) -> tuple[Decimal, Decimal] | None:
        """The phone's position, or None unless both numbers make sense (nobody types them, so nobody is told)."""
        latitude, longitude = _degrees(self.data.get("latitude"), 90), _degrees(self.data.get("longitude"), 180)
        return None if latitude is None or longitude is None else (latitude, longitude)


def _category_choices() -> list[tuple[str, str]]:
    return [(one.code, aside(one.name, one.examples) if one.examples else one.name) for one in top_categories()]


def _photos(**kwargs: Any) -> MultiFileField:
    field = MultiFileField(label=gettext_lazy("照片"), max_files=MOST_PHOTOS, required=False, **kwargs)
    field.widget.attrs |= {"data-photos": "", "accept": "image/*"}
    return field


class SupplyForm(forms.Form):
    """What a resident adds."""

    LONGEST = CONTENT_MAX
    text = PlainText(
        label=gettext_lazy("要补充的情况"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[
            MaxLengthValidator(CONTENT_MAX, gettext_lazy("最多 %(limit_value)d 个字，现在有 %(show_value)d 个字。"))
        ],
    )
    photos = _photos()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not data.get("text") and not data.get("photos"):
            self.add_error("text", _("请写下要补充的情况，或者选择照片。"))
        return data


class WordForm(forms.Form):
    """What a resident says of a promise beside the button, 办到了 or 没有办到."""

    text = PlainText(
        label=gettext_lazy("说一句"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    photos = _photos()

    def __init__(self, *args: Any, promise_id: int, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"promise{promise_id}_%s"
        super().__init__(*args, **kwargs)
        self.promise_id = promise_id


class CorrectionForm(forms.Form):
    """Whether what an officer entered is right."""

    correction = PlainText(
        label=gettext_lazy("有不对的地方，请写在这里"),
        help_text=gettext_lazy("都对的话，不用写，直接按“确认”。"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[MaxLengthValidator(2000, gettext_lazy("最多 %(limit_value)d 个字，现在有 %(show_value)d 个字。"))],
    )


class WithdrawForm(forms.Form):
    """撤回; a reason is welcome and not needed."""

    reason = PlainText(label=gettext_lazy("撤回的原因（可不填）"), required=False, max_length=200)
    sure = forms.BooleanField(
        label=gettext_lazy("确定撤回，撤回后不再办理"),
        error_messages={"required": gettext_lazy("请勾选“确定撤回”。")},
    )


class EraseForm(forms.Form):
    """Rights over one's personal data."""

    contact = forms.BooleanField(label=gettext_lazy("删除我的手机号和称呼（以后不再收到短信）"), required=False)
    publication = forms.BooleanField(label=gettext_lazy("不再同意公开这件事"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("contact") and not data.get("publication"):
            raise forms.ValidationError(_("请先勾选要办哪一项。"))
        return data


ASSISTED = (
    SourceChannel.STATION,
    SourceChannel.WECHAT,
    SourceChannel.PHONE,
    SourceChannel.VISIT,
    SourceChannel.GRID,
    SourceChannel.PETITION,
)
"""Ways by which a resident's words reach an officer (G6)."""


class AssistedForm(ContentForm):
    """What an officer enters for a resident (G6, Z7)."""

    channel = forms.ChoiceField(
        label=gettext_lazy("从哪里来"), choices=[(one.value, one.label) for one in ASSISTED], widget=forms.RadioSelect
    )
    deputy = forms.ChoiceField(label=gettext_lazy("找哪位代表"), required=False)
    consent_told = forms.BooleanField(
        label=gettext_lazy("已向居民说明个人信息怎样使用，居民同意登记"),
        error_messages={"required": gettext_lazy("要先向居民说明并得到同意，才能登记。")},
    )

    def __init__(self, *args: Any, deputies: Sequence[Deputy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deputies = {deputy.code: deputy for deputy in deputies}
        rows = [(deputy.code, aside(deputy.name, deputy.standing)) for deputy in deputies]
        self.fields["deputy"].choices = [("", _("不指定，按规则分派")), *rows]  # type: ignore[attr-defined]
        self.fields["content"].label = _("居民反映什么")
        self.fields["phone"].help_text = _("填了，居民会收到短信，用链接核对和查进度。")
        self.fields["name"].label = _("居民的称呼")
        self.fields["place"].widget = forms.TextInput()
        self.fields["anonymous"].label = _("匿名：办理的单位看不到称呼和电话")
        self.order_fields(["channel", "content", "photos", "place", "community", "name", "phone", "deputy", "category"])

    def clean_deputy(self) -> Deputy | None:
        return self.deputies.get(self.cleaned_data["deputy"])


class TableForm(forms.Form):
    """A table to import, and where rows go that name no place of ours."""

    table = forms.FileField(
        label=gettext_lazy("表格文件"),
        help_text=gettext_lazy("CSV 或 XLSX，第一行是列名，20 MB 以内。"),
        error_messages={"required": gettext_lazy("请选择要导入的文件。"), "empty": gettext_lazy("这个文件是空的。")},
    )
