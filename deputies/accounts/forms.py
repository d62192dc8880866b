"""Forms of signing in, of the own account, and of the administrators."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import ADMIN_ROLES, Role, User
from deputies.accounts.queries import kinds_for
from deputies.accounts.services import state_of
from deputies.organisations.models import Organisation, OrganisationKind
from deputies.organisations.queries import bodies
from deputies.organisations.services import official_code
from liaison.base.audit.queries import known_verbs
from liaison.base.audit.verbs import verb_words
from liaison.base.errors import InvalidInput
from liaison.base.phrases import listing
from liaison.base.privacy import mask_phone
from liaison.base.web.forms import DayField, PhoneField

USERNAME_LENGTH = 60
PASSWORD_LENGTH = 128
"""Longer ones are refused before they are hashed."""


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: the data of a POST, even an empty one."""
    return request.POST if request.method == "POST" else None


class SignInForm(forms.Form):
    """Username and password. The refusal never tells which of the two was wrong."""

    username = forms.CharField(
        label=_("用户名"),
        max_length=USERNAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        self.request = request
        self.user: Any = None
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        self.user = authenticate(self.request, username=data["username"], password=data["password"])
        if self.user is None:
            raise forms.ValidationError(_("用户名或密码不对，请检查后再试。连续输错 5 次，账号会锁定 30 分钟。"))
        return data


class PasswordForm(forms.Form):
    """A new password, typed twice; the rules are checked by the service."""

    old_password = forms.CharField(
        label=_("现在的密码"),
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        label=_("新密码"),
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一遍新密码"),
        max_length=PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    @property
    def rules(self) -> list[str]:
        """The rules in words."""
        return password_validators_help_texts()

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "new_password" in self.cleaned_data and again != self.cleaned_data["new_password"]:
            raise forms.ValidationError(_("两次输入的新密码不一样，请重新输入。"))
        return again


class TokenForm(forms.Form):
    """The six digits that the authenticator app shows."""

    token = forms.RegexField(
        r"^\d{6}$",
        label=_("动态验证码"),
        error_messages={"invalid": _("请输入手机应用上显示的 6 位数字。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "maxlength": "7"}),
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        if data is not None:
            data = data.copy()
            data["token"] = str(data.get("token", "")).replace(" ", "")
        super().__init__(data, **kwargs)


def _organisation_choices() -> Iterator[tuple[Any, Any]]:
    """Active bodies by kind, from the cached copy."""
    yield "", _("（不属于机构，仅限三类管理员）")
    active = [body for body in bodies().by_id.values() if body.active]
    for kind in OrganisationKind:
        members = [(str(body.pk), body.name) for body in active if body.kind == kind]
        if members:
            yield kind.label, members


class AccountForm(forms.Form):
    """Who somebody is and where they work."""

    username = forms.RegexField(
        r"^[\w.@+-]+$",
        label=_("用户名"),
        max_length=USERNAME_LENGTH,
        help_text=_("登录时输入，建成后不能改。可用字母、数字和 . @ + - _"),
        error_messages={"invalid": _("用户名只能用文字、数字和 . @ + - _，不能有空格。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label=_("姓名"), max_length=60)
    role = forms.ChoiceField(label=_("角色"), choices=Role.choices)
    organisation = forms.ChoiceField(label=_("机构"), required=False, choices=_organisation_choices)
    phone = PhoneField(required=False)
    remove_phone = forms.BooleanField(label=_("删除现有手机号码"), required=False)
    email = forms.EmailField(label=_("邮箱"), required=False, max_length=254)
    wecom_id = forms.CharField(label=_("企业微信账号"), max_length=60, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        self.user = user
        if user is not None:
            kwargs["initial"] = {name: getattr(user, name) for name in ("name", "role", "email", "wecom_id")}
            kwargs["initial"] |= {"organisation": str(user.organisation_id or ""), "seen": state_of(user)}
        super().__init__(*args, **kwargs)
        self._fit(user)

    def _fit(self, user: User | None) -> None:
        """An account keeps its name, and its telephone number unless another is typed; the old one stays masked."""
        del self.fields["seen" if user is None else "username"]
        if user is None or not user.phone:
            del self.fields["remove_phone"]
            return
        self.fields["phone"].help_text = _("现为 %(phone)s，不改就留空。") % {"phone": mask_phone(user.phone)}

    def clean_organisation(self) -> Organisation | None:
        chosen = self.cleaned_data["organisation"]
        return bodies().get(int(chosen)) if chosen else None

    def values(self) -> dict[str, Any]:
        """Keyword arguments of the service."""
        data = dict(self.cleaned_data)
        remove = data.pop("remove_phone", False)
        if self.user is not None and not data["phone"] and not remove:
            data["phone"] = self.user.phone
        return data


class AccountFilter(forms.Form):
    """Search and filters of the list of accounts."""

    q = forms.CharField(label=_("用户名、姓名或机构"), required=False, max_length=60)
    role = forms.ChoiceField(label=_("角色"), required=False, choices=[("", _("全部角色")), *Role.choices])
    active = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), ("1", _("在用")), ("0", _("已停用"))]
    )


class ReasonForm(forms.Form):
    """Why an account is closed."""

    reason = forms.CharField(label=_("原因"), max_length=300, help_text=_("例如：调离、退休、账号不再使用。"))


class SearchForm(forms.Form):
    """One search box."""

    q = forms.CharField(label=_("用户名或姓名"), required=False, max_length=60)


def _verb_choices() -> list[tuple[str, Any]]:
    return [("", _("全部动作")), *((verb, verb_words(verb)) for verb in known_verbs())]


class EventFilter(forms.Form):
    """Filters of the ledger."""

    verb = forms.ChoiceField(label=_("动作"), required=False, choices=_verb_choices)
    actor = forms.CharField(label=_("经手人"), required=False, max_length=60)
    day = DayField(label=_("日期"), required=False)
    chain = forms.CharField(label=_("记录"), required=False, max_length=60)


class DivisionsForm(forms.Form):
    """A list of divisions to be imported."""

    file = forms.FileField(
        label=_("区划表格"),
        help_text=_("CSV 或 XLSX，第一行为列名，须有 code（代码）和 name（名称）两列；代码请设为文本格式。"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.xls"}),
    )
    parents = forms.CharField(
        label=_("补充上级名称"),
        required=False,
        max_length=2000,
        help_text=_("文件里没有上级名称时填写，每行一个，例如 990101=云汀区。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_parents(self) -> dict[str, str]:
        return dict(_parent_name(line) for line in self.cleaned_data["parents"].splitlines() if line.strip())


def _parent_name(line: str) -> tuple[str, str]:
    code, _equals, name = line.replace("＝", "=").partition("=")
    if not name.strip():
        raise forms.ValidationError(_("“%(line)s”少了名称，请写成 代码=名称。") % {"line": line[:40]})
    try:
        return official_code(code), name.strip()
    except InvalidInput as error:
        raise forms.ValidationError(str(error.message)) from error


class ChainForm(forms.Form):
    """Which chain to prove; empty for all."""

    chain = forms.CharField(label=_("记录"), required=False, max_length=60)


def role_hints() -> list[tuple[str, str]]:
    """Each role with the kinds of bodies it exists in, for the page of the form."""
    return [(str(role.label), listing(kind.label for kind in kinds_for(role)) + (_optional(role))) for role in Role]


def _optional(role: Role) -> str:
    return str(_("（也可以不属于机构）")) if role in ADMIN_ROLES else ""
