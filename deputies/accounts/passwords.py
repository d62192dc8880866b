"""Password rules beside Django's own."""

import secrets
from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from deputies.accounts.models import UsedPassword

REMEMBERED = 5
"""How many earlier passwords, beside the present one, may not be taken again."""
_WORD = "abcdefghjkmnpqrstuvwxyz"
_DIGITS = "23456789"


class NotUsedBefore:
    """Django password validator: refuses the present password and those kept in the history."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None:
            return
        recent = UsedPassword.objects.filter(user=user).order_by("-id").values_list("password", flat=True)[:REMEMBERED]
        if any(check_password(password, held) for held in {user.password, *recent}):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        return _("不能与最近用过的 %(count)d 个密码相同。") % {"count": REMEMBERED}


def temporary_password() -> str:
    """A password to be read out once and changed at first sign-in, e.g. `kmwt-7294-hxpr` (about 46 bits)."""
    parts = (_WORD, _DIGITS, _WORD)
    return "-".join("".join(secrets.choice(letters) for _n in range(4)) for letters in parts)
