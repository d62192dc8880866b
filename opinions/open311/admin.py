"""Questions of the categories on the site for reference data."""

from django.contrib import admin

from liaison.base.web.reference import ReferenceAdmin
from opinions.catalog.queries import STAMP
from opinions.open311.forms import ServiceAttributeForm
from opinions.open311.models import ServiceAttribute


@admin.register(ServiceAttribute)
class ServiceAttributeAdmin(ReferenceAdmin):
    stamp = STAMP
    form = ServiceAttributeForm
    list_display = ("description", "category", "datatype", "required", "order", "active")
    list_filter = ("category", "active")
    list_select_related = ("category",)
    search_fields = ("description", "code")
