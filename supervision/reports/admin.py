"""Reference data of reports: whether a district compares its streets."""

from django.contrib import admin

from liaison.base.web.reference import ReferenceAdmin
from supervision.reports.models import Comparison


@admin.register(Comparison)
class ComparisonAdmin(ReferenceAdmin):
    list_display = ("organisation", "reports", "public")
    list_select_related = ("organisation",)
