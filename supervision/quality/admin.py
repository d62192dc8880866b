"""The checklist on the site for reference data."""

from django.contrib import admin

from liaison.base.web.reference import ReferenceAdmin
from supervision.quality.models import ChecklistItem


@admin.register(ChecklistItem)
class ChecklistItemAdmin(ReferenceAdmin):
    """Editing an item changes no mark that was made with it."""

    stamp = "quality"
    list_display = ("name", "code", "implies", "order", "active")
    list_filter = ("active", "implies")
    search_fields = ("name", "guidance")
