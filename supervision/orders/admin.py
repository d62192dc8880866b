"""Reference data of letters: 代字 and red heads, and texts to begin with."""

from django.contrib import admin

from liaison.base.web.reference import ReferenceAdmin
from supervision.orders.models import LetterHead, LetterTemplate


@admin.register(LetterHead)
class LetterHeadAdmin(ReferenceAdmin):
    list_display = ("organisation", "mark", "heading", "signature")
    list_select_related = ("organisation",)


@admin.register(LetterTemplate)
class LetterTemplateAdmin(ReferenceAdmin):
    list_display = ("name", "organisation", "active")
    list_filter = ("active",)
    list_select_related = ("organisation",)
