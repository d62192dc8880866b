"""The admin site: reference data only, for the people who keep it. It is no way around the workflow.

Every edit is an event in the chain `reference:<model>:<id>` and renews the copies that processes keep.
"""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.stamps import bump

OWN_APPS = ("base", "deputies", "opinions", "supervision")
name_verbs(
    {
        "reference.added": _("新增基础数据"),
        "reference.changed": _("修改基础数据"),
        "reference.deleted": _("删除基础数据"),
    }
)


class ReferenceSite(admin.AdminSite):
    """Signing in happens on the platform's own page; models of third-party packages are not shown."""

    site_header = _("基础数据")
    site_title = _("基础数据")
    index_title = _("供各项业务选用的数据")
    site_url = settings.LOGIN_REDIRECT_URL
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models: Any = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        own = [model for model in models if model._meta.app_label in OWN_APPS]
        super().register(own, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The platform's sign-in page; who is signed in and comes here lacks the permission."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or resolve_url("admin:index"), settings.LOGIN_URL)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        """Only the platform's own page keeps the history of passwords."""
        return HttpResponseRedirect(resolve_url(settings.PASSWORD_CHANGE_URL))


class ReferenceAdmin(admin.ModelAdmin):
    """Base of every page of the site; `stamp` names the cached copies that an edit makes stale."""

    stamp = ""
    list_per_page = 50
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Model, form: BaseForm, change: bool) -> None:  # noqa: FBT001
        super().save_model(request, obj, form, change)
        verb = "reference.changed" if change else "reference.added"
        self.tell(request, obj, verb, {"fields": form.changed_data, "name": str(obj)})

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self.tell(request, obj, "reference.deleted", {"name": str(obj)})
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    def tell(self, request: HttpRequest, obj: Model, verb: str, data: dict[str, Any]) -> None:
        """Write the event and renew the copies, in the transaction of the edit."""
        chain = f"reference:{obj._meta.model_name}:{obj.pk}"
        record(chain, Fact(verb=verb, data=data), by=request.user, now=timezone.now())
        if self.stamp:
            bump(self.stamp)
