"""Addresses of routing, under /desk/. A version is its number; a street's has the street's before it: s12-3."""

from django.urls import path, register_converter

from opinions.routing.views import matters, rules, versions


class VersionKey:
    """The version in an address."""

    regex = r"(?:s[0-9]{1,9}-)?[0-9]{1,6}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: object) -> str:
        return str(value)


register_converter(VersionKey, "version")

app_name = "routing"
urlpatterns = [
    path("routing/", versions.rule_list, name="list"),
    path("routing/streets/<int:street_id>/", versions.street_rules, name="street"),
    path("routing/<version:key>/", versions.version, name="version"),
    path("routing/<version:key>/copy/", versions.copy, name="copy"),
    path("routing/<version:key>/activate/", versions.activate, name="activate"),
    path("routing/<version:key>/retire/", versions.retire, name="retire"),
    path("routing/<version:key>/discard/", versions.discard, name="discard"),
    path("routing/<version:key>/allow/", versions.allow, name="allow"),
    path("routing/<version:key>/since/<version:other>/", versions.compare, name="compare"),
    path("routing/<version:key>/try/", versions.try_out, name="try"),
    path("routing/<version:key>/place/", rules.add_place, name="add_place"),
    path("routing/<version:key>/check/", rules.check_rule, name="check_rule"),
    path("routing/<version:key>/rules/add/", rules.add_rule, name="add_rule"),
    path("routing/<version:key>/rules/<int:rule_id>/", rules.edit_rule, name="edit_rule"),
    path("routing/<version:key>/rules/<int:rule_id>/move/", rules.move_rule, name="move_rule"),
    path("routing/<version:key>/restore/<int:event>/", rules.restore_rule, name="restore_rule"),
    path("routing/<version:key>/rules/<int:rule_id>/delete/", rules.delete_rule, name="delete_rule"),
    path("matters/<str:code>/why/", matters.why_panel, name="why"),
    path("matters/<str:code>/confirm/", matters.confirm, name="confirm"),
    path("matters/<str:code>/override/", matters.override, name="override"),
]
