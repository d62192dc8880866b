"""Forms of the exchange."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import STREET_KINDS, Organisation
from deputies.organisations.queries import bodies, ids_below
from liaison.base.errors import DomainError
from liaison.base.web.forms import DayField
from opinions.exchange.guard import checked_url
from opinions.exchange.models import LONGEST_TIMEOUT, MOST_PER_MINUTE, Partner
from opinions.exchange.queries import partners_of
from opinions.exchange.signing import SHORTEST_SECRET
from opinions.exchange.states import AdapterName, MessageKind, Outcome, PartnerKind, Way, Ways

ALL = ("", _("全部"))
OVERLAPS = [(24, _("再用 24 小时")), (168, _("再用 7 天")), (0, _("立刻停用"))]
"""For how many hours a secret or key holds beside the one that follows it."""


class PartnerForm(forms.Form):
    """The settings of a partner; its secret is set on a page of its own."""

    name = forms.CharField(
        label=_("名称"), max_length=60, help_text=_("居民和工作人员看到的名字，如“云溪街道网格系统”。")
    )
    kind = forms.ChoiceField(label=_("类型"), choices=PartnerKind)
    organisation = forms.TypedChoiceField(label=_("所属街道或区"), coerce=int)
    ways = forms.ChoiceField(label=_("方向"), choices=Ways)
    adapter = forms.ChoiceField(label=_("对接方式"), choices=AdapterName)
    address = forms.CharField(
        label=_("接口地址"), max_length=300, required=False,
        help_text=_("只有 HTTPS 接口要填，如 https://example.org/orders。"),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    timeout = forms.IntegerField(
        label=_("等待时间（秒）"), min_value=1, max_value=LONGEST_TIMEOUT, initial=10,
        help_text=_("等对方回答多久，1 到 60 秒。"),
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {body.pk: body for body in homes_of(user)}
        choices = [(body.pk, body.name) for body in self.rows.values()]
        self.fields["organisation"].choices = choices  # type: ignore[attr-defined]

    def clean_organisation(self) -> Organisation:
        return self.rows[self.cleaned_data["organisation"]]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("adapter") == AdapterName.KEY:
            return {**data, "address": "", "ways": Ways.IN}
        if data.get("adapter") != AdapterName.HTTP:
            return {**data, "address": ""}
        if not data.get("address") and data.get("ways") == Ways.IN:
            return data
        try:
            checked_url(data.get("address", ""))
        except DomainError as error:
            self.add_error("address", str(error.message))
        return data


class NewPartnerForm(PartnerForm):
    """A new partner: its code stands in addresses and is not changed later."""

    code = forms.SlugField(
        label=_("代号"), max_length=30, help_text=_("写在接口地址里，只用英文字母、数字和连字符，以后不能改。"),
        error_messages={"invalid": _("只用英文字母、数字、连字符和下划线。")},
    )  # fmt: skip
    field_order = ("name", "code")


def homes_of(user: User) -> list[Organisation]:
    """The user's district and its streets."""
    held = bodies().by_id
    below = [held[pk] for pk in ids_below(user.organisation_id or 0) if pk in held]
    rows = [one for one in below if one.active and (one.kind in STREET_KINDS or one.pk == user.organisation_id)]
    return sorted(rows, key=lambda one: (one.pk != user.organisation_id, one.code))


class SecretForm(forms.Form):
    """A secret that the partner has given; empty for a fresh one."""

    secret = forms.CharField(
        label=_("对方给的密钥"), required=False, max_length=200, strip=True,
        help_text=_("对方给了密钥就填在这里；空着则由本系统生成一个。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    overlap = forms.TypedChoiceField(
        label=_("旧密钥"), required=False, coerce=int, empty_value=None, initial=24,
        choices=OVERLAPS,
        help_text=_("新密钥立刻能用。对方还没换好时，旧的在这段时间里也能用，以后可以提前停用。"),
    )  # fmt: skip

    def clean_overlap(self) -> timedelta:
        return timedelta(hours=self.cleaned_data["overlap"] or 0)

    def clean_secret(self) -> str:
        secret: str = self.cleaned_data["secret"]
        if secret and (len(secret) < SHORTEST_SECRET or not secret.isascii()):
            raise ValidationError(
                _("密钥至少 %(count)d 个字符，只用英文字母、数字和符号。") % {"count": SHORTEST_SECRET}
            )
        return secret


class FreshForm(forms.Form):
    """Gives out a key; `seen` is the newest key when the page was made, so that the page sent again makes no other."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class KeyForm(FreshForm):
    """What a key of the open interface opens."""

    submits = forms.BooleanField(label=_("可以提交"), required=False)
    reads = forms.BooleanField(label=_("可以看自己提交的内容"), required=False)
    per_minute = forms.IntegerField(
        label=_("每分钟最多几次"), min_value=1, max_value=MOST_PER_MINUTE,
        help_text=_("超过的回答 429，并写明过几秒再来。"),
    )  # fmt: skip
    terms = forms.BooleanField(
        label=_("对方承诺：居民提交之前，向其出示本平台的个人信息处理说明并取得同意；不向他人提供密钥。"),
        error_messages={"required": _("对方没有承诺的，不能发放密钥。")},
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not (data.get("submits") or data.get("reads")):
            self.add_error("submits", _("至少选一项。"))
        return data


class EndKeyForm(FreshForm):
    """When the key that is replaced ends."""

    overlap = forms.TypedChoiceField(label=_("旧密钥"), coerce=int, choices=OVERLAPS, help_text=_("新密钥立刻能用。"))

    def clean_overlap(self) -> timedelta:
        return timedelta(hours=self.cleaned_data["overlap"])


class LedgerForm(forms.Form):
    """Narrows the ledger. A strange value narrows nothing."""

    q = forms.CharField(label=_("编号"), required=False, max_length=80)
    partner = forms.ChoiceField(label=_("对接系统"), required=False)
    way = forms.ChoiceField(label=_("方向"), required=False, choices=[ALL, *Way.choices])
    kind = forms.ChoiceField(label=_("内容"), required=False, choices=[ALL, *MessageKind.choices])
    outcome = forms.ChoiceField(label=_("结果"), required=False, choices=[ALL, *Outcome.choices])
    since = DayField(label=_("起始日期"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = [(str(row.pk), row.name) for row in partners_of(user)]
        self.fields["partner"].choices = [ALL, *rows]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, Any]:
        """The values that are good."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class TableForm(forms.Form):
    """A table of a partner."""

    partner = forms.TypedChoiceField(label=_("对接系统"), coerce=int)
    table = forms.FileField(
        label=_("表格文件"), help_text=_("CSV 或 XLSX，第一行是列名，20 MB 以内。"),
        error_messages={"required": _("请选择文件。"), "empty": _("这个文件是空的。")},
    )  # fmt: skip

    def __init__(self, *args: Any, partners: "list[Partner]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {row.pk: row for row in partners}
        self.fields["partner"].choices = [(row.pk, row.name) for row in partners]  # type: ignore[attr-defined]

    def clean_partner(self) -> Partner:
        return self.rows[self.cleaned_data["partner"]]


class StatementForm(TableForm):
    """What a partner says it has."""

    since = DayField(
        label=_("清单从哪天开始"), required=False,
        help_text=_("清单只含某天以后的工单时填写，更早的不算对方缺少。"),
    )  # fmt: skip


class PushForm(forms.Form):
    """To which partner."""

    partner = forms.IntegerField(min_value=1, max_value=2**31)


class SettleForm(forms.Form):
    """What becomes of a change, and which one was looked at."""

    seen = forms.CharField(max_length=64)
    verdict = forms.ChoiceField(choices=[("take", ""), ("leave", "")])
