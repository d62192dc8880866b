"""Encrypted text columns (telephone numbers, keys of private links)."""

from typing import Any

from encrypted_fields import fields


class EncryptedCharField(fields.EncryptedCharField):
    """Encrypted at rest by the library; an empty text stays an empty text, which the library would turn into NULL."""

    def get_prep_value(self, value: Any) -> Any:
        return "" if value == "" else super().get_prep_value(value)
