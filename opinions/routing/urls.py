"""Addresses of routing, under /desk/."""

from django.urls import path

from opinions.routing import views

app_name = "routing"
urlpatterns = [
    path("routing/", views.rule_list, name="list"),
    path("routing/<int:version>/", views.version, name="version"),
    path("routing/<int:version>/copy/", views.copy, name="copy"),
    path("routing/<int:version>/activate/", views.activate, name="activate"),
    path("routing/<int:version>/discard/", views.discard, name="discard"),
    path("routing/<int:version>/try/", views.try_out, name="try"),
    path("routing/<int:version>/rules/add/", views.add_rule, name="add_rule"),
    path("routing/<int:version>/rules/<int:rule_id>/", views.edit_rule, name="edit_rule"),
    path("routing/<int:version>/rules/<int:rule_id>/move/", views.move_rule, name="move_rule"),
    path("routing/<int:version>/rules/<int:rule_id>/delete/", views.delete_rule, name="delete_rule"),
    path("matters/<str:code>/why/", views.why_panel, name="why"),
    path("matters/<str:code>/override/", views.override, name="override"),
]
