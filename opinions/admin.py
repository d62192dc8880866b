"""The reference-data site of this floor, for Django's discovery."""

from opinions.catalog import admin as catalog

__all__ = ["catalog"]
