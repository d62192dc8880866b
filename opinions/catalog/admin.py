"""Reference data on the site for it: every edit is an event, and renews the copies that processes keep."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from liaison.base.web.reference import ReferenceAdmin
from opinions.catalog.forms import CategoryForm
from opinions.catalog.models import Category, Reason, ReplyTemplate, Responsibility, Setting, TimeLimitPolicy
from opinions.catalog.queries import STAMP


class CatalogAdmin(ReferenceAdmin):
    """Base of the pages of this capability."""

    stamp = STAMP


@admin.register(Category)
class CategoryAdmin(CatalogAdmin):
    form = CategoryForm
    list_display = ("name", "code", "parent", "order", "active")
    list_filter = ("active", "parent")
    search_fields = ("name", "code")
    list_select_related = ("parent",)


@admin.register(Responsibility)
class ResponsibilityAdmin(CatalogAdmin):
    list_display = ("category", "district", "organisation")
    list_select_related = ("category", "district", "organisation")
    list_filter = ("district",)


@admin.register(TimeLimitPolicy)
class TimeLimitPolicyAdmin(CatalogAdmin):
    """To look at: limits are versions in time, kept on the desk page 时限规定."""

    list_display = (
        "clock", "amount", "unit", "warn_before", "urgency", "tier", "category", "district", "valid_from", "valid_to",
        "basis",
    )  # fmt: skip
    list_filter = ("clock", "urgency", "district")
    list_select_related = ("category", "district")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Reason)
class ReasonAdmin(CatalogAdmin):
    list_display = ("name", "kind", "code", "order", "active")
    list_filter = ("kind", "active")
    search_fields = ("name", "guidance")


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(CatalogAdmin):
    list_display = ("name", "writer", "organisation", "category", "active")
    list_filter = ("writer", "active")
    list_select_related = ("organisation", "category")
    search_fields = ("name", "text")


@admin.register(Setting)
class SettingAdmin(CatalogAdmin):
    list_display = ("name", "district", "number")
    list_select_related = ("district",)
