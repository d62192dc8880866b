"""The reference-data site of this floor, for Django's discovery."""

from supervision.orders import admin as orders
from supervision.quality import admin as quality

__all__ = ["orders", "quality"]
