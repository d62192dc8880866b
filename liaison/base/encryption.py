"""Encrypted columns: texts, and tables of texts."""

import json
from collections.abc import Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from encrypted_fields import fields


@cache
def _cipher() -> Any:
    """What encrypts. Its key takes 100,000 rounds of hashing, so that it is derived once, not for every column."""
    return fields.EncryptedTextField().f


class _EncryptedText:
    """Goes before a field of the library: all share one cipher, and an empty text stays one, instead of NULL."""

    @cached_property
    def f(self) -> Any:
        return _cipher()

    def get_prep_value(self, value: Any) -> Any:
        return "" if value == "" else super().get_prep_value(value)  # type: ignore[misc]


class EncryptedCharField(_EncryptedText, fields.EncryptedCharField):
    """A short text, encrypted at rest by the library."""


class EncryptedTextField(_EncryptedText, fields.EncryptedTextField):
    """A long text, encrypted at rest by the library."""


class EncryptedTexts(EncryptedTextField):
    """A table {name: text}, encrypted as a whole, so that not even the names can be read. An empty one is an empty
    text, by which it is found; none is NULL."""

    if TYPE_CHECKING:  # the library is untyped, so that what a record holds would be taken for the field

        def __get__(self, record: Any, owner: Any) -> Any: ...

        def __set__(self, record: Any, value: Mapping[str, str] | None) -> None: ...

    def get_prep_value(self, value: Mapping[str, str] | None) -> str | None:
        if not value:
            return None if value is None else ""
        return str(self.f.encrypt(json.dumps(value, ensure_ascii=False).encode()).decode())

    def from_db_value(self, value: str | None, *args: Any) -> dict[str, str] | None:
        if not value:
            return None if value is None else {}
        held: dict[str, str] = json.loads(self.to_python(value))
        return held
