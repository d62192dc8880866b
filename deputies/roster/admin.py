"""Reference data: terms of congresses and their delegations."""

from django.contrib import admin

from deputies.roster.models import Delegation, Term
from liaison.base.web.reference import ReferenceAdmin


@admin.register(Term)
class TermAdmin(ReferenceAdmin):
    list_display = ("level", "number", "division", "starts_on", "ends_on")
    list_filter = ("level",)
    list_select_related = ("division",)
    search_fields = ("number",)
    autocomplete_fields = ("division",)


@admin.register(Delegation)
class DelegationAdmin(ReferenceAdmin):
    list_display = ("name", "term")
    list_select_related = ("term",)
    search_fields = ("name",)
    autocomplete_fields = ("term",)
