"""Reference data on the site for it. Every change goes through the services: ledger event and stamp."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from opinions.catalog import services
from opinions.catalog.forms import CategoryForm
from opinions.catalog.models import Category, Reason, ReplyTemplate, Responsibility, Setting, TimeLimitPolicy


class ReferenceAdmin(admin.ModelAdmin):
    """Saves and deletes through the services."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        user: Any = request.user
        services.save_reference(obj, changed=form.changed_data, by=user, now=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        user: Any = request.user
        services.delete_reference(obj, by=user, now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for obj in queryset:
            self.delete_model(request, obj)


@admin.register(Category)
class CategoryAdmin(ReferenceAdmin):
    form = CategoryForm
    list_display = ("name", "code", "parent", "order", "active")
    list_filter = ("active", "parent")
    search_fields = ("name", "code")
    list_select_related = ("parent",)


@admin.register(Responsibility)
class ResponsibilityAdmin(ReferenceAdmin):
    list_display = ("category", "district", "organisation")
    list_select_related = ("category", "district", "organisation")
    list_filter = ("district",)


@admin.register(TimeLimitPolicy)
class TimeLimitPolicyAdmin(ReferenceAdmin):
    """Editing a limit moves no running clock; only clocks started later follow it."""

    list_display = (
        "clock", "amount", "unit", "warn_before", "urgency", "tier", "category", "district", "valid_from", "valid_to",
        "basis",
    )  # fmt: skip
    list_filter = ("clock", "urgency", "district")
    list_select_related = ("category", "district")


@admin.register(Reason)
class ReasonAdmin(ReferenceAdmin):
    list_display = ("name", "kind", "code", "order", "active")
    list_filter = ("kind", "active")
    search_fields = ("name", "guidance")


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(ReferenceAdmin):
    list_display = ("name", "organisation", "category", "active")
    list_filter = ("active",)
    list_select_related = ("organisation", "category")
    search_fields = ("name", "text")


@admin.register(Setting)
class SettingAdmin(ReferenceAdmin):
    list_display = ("name", "district", "number")
    list_select_related = ("district",)
