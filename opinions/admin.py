"""The reference-data site of this floor, for Django's discovery."""

from opinions.catalog import admin as catalog
from opinions.open311 import admin as open311

__all__ = ["catalog", "open311"]
