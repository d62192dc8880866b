"""The reference-data site of this floor, for Django's discovery."""

from supervision.orders import admin as orders
from supervision.quality import admin as quality
from supervision.reports import admin as reports

__all__ = ["orders", "quality", "reports"]
