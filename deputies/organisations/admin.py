"""Reference data: the division tree and the bodies."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from deputies.organisations.models import Division, Organisation
from deputies.organisations.queries import STAMP
from deputies.organisations.services import check_closing, check_parent
from liaison.base.errors import DomainError
from liaison.base.web.reference import ReferenceAdmin


def _refuse(form: forms.ModelForm, error: DomainError) -> None:
    form.add_error(error.field if error.field in form.fields else None, ValidationError(str(error.message)))


class DivisionForm(forms.ModelForm):
    """Refuses circles in the tree."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            check_parent(self.instance, data.get("parent"))
        except DomainError as error:
            _refuse(self, error)
        return data


class OrganisationForm(DivisionForm):
    """Refuses circles, and closing a body while others stand under it."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        try:
            if self.instance.pk and data.get("active") is False:
                check_closing(self.instance)
        except DomainError as error:
            _refuse(self, error)
        return data


@admin.register(Division)
class DivisionAdmin(ReferenceAdmin):
    """Official divisions come by import; local ones (electoral districts, grids, estates) are added here."""

    form = DivisionForm
    stamp = STAMP
    list_display = ("code", "name", "level", "parent", "active")
    list_filter = ("level", "active")
    list_select_related = ("parent",)
    search_fields = ("code", "name")
    autocomplete_fields = ("parent",)
    ordering = ("code",)


@admin.register(Organisation)
class OrganisationAdmin(ReferenceAdmin):
    """Bodies. Merging one into another is a service, since accounts and matters move with it."""

    form = OrganisationForm
    stamp = STAMP
    list_display = ("code", "name", "kind", "division", "parent", "active")
    list_filter = ("kind", "active")
    list_select_related = ("division", "parent")
    search_fields = ("code", "name", "short_name")
    autocomplete_fields = ("division", "parent")
    readonly_fields = ("merged_into",)
    ordering = ("code",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Bodies are closed, never deleted: history names them."""
        return False
