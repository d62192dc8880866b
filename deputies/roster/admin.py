"""Reference data: terms of congresses, their delegations, groups of deputies, chat groups."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from deputies.roster.models import ChatGroup, Delegation, Group, Term
from liaison.base.web.reference import ReferenceAdmin


@admin.register(Term)
class TermAdmin(ReferenceAdmin):
    """A term is ended on the desk, where its deputies leave office with it; here the date is only read."""

    list_display = ("level", "number", "division", "starts_on", "ends_on")
    list_filter = ("level",)
    list_select_related = ("division",)
    search_fields = ("number",)
    autocomplete_fields = ("division",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("ends_on",) if obj is not None else ()


@admin.register(Delegation)
class DelegationAdmin(ReferenceAdmin):
    list_display = ("name", "term")
    list_select_related = ("term",)
    search_fields = ("name",)
    autocomplete_fields = ("term",)


@admin.register(Group)
class GroupAdmin(ReferenceAdmin):
    """Groups are taken out of use, never deleted: deputies' histories name them."""

    list_display = ("name", "kind", "organisation", "active")
    list_filter = ("kind", "active")
    list_select_related = ("organisation",)
    search_fields = ("name",)
    autocomplete_fields = ("organisation",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ChatGroup)
class ChatGroupAdmin(ReferenceAdmin):
    list_display = ("name", "division", "organisation", "members", "active")
    list_filter = ("active",)
    list_select_related = ("division", "organisation")
    search_fields = ("name",)
    autocomplete_fields = ("division", "organisation")
