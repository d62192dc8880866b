"""Addresses of GeoReport v2, below /open311/."""

from django.urls import path, re_path, register_converter

from opinions.open311 import views


class FormatConverter:
    """The end of an address, which names the format."""

    regex = "json|xml"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FormatConverter, "form")
app_name = "open311"
urlpatterns = [
    path("desk/matters/<str:code>/open311/", views.panel, name="panel"),
    path("open311/discovery.<form:form>", views.discovery, name="discovery"),
    path("open311/v2/discovery.<form:form>", views.discovery),
    path("open311/v2/services.<form:form>", views.services, name="services"),
    path("open311/v2/services/<str:code>.<form:form>", views.service, name="service"),
    path("open311/v2/requests.<form:form>", views.requests, name="requests"),
    path("open311/v2/requests/<str:code>.<form:form>", views.one_request, name="request"),
    path("open311/v2/tokens/<str:token>.<form:form>", views.token, name="token"),
    re_path(r"^open311/.*\.(?P<form>json)$", views.unknown),
    re_path(r"^open311/.*$", views.unknown, {"form": "xml"}),
]
