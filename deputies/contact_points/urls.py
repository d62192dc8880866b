"""Addresses of the register, below /desk/. The roster's import stands here, since it also stations deputies."""

from django.urls import path, re_path

from deputies.contact_points.views import importing, plaques, point, register, register_import

app_name = "contact_points"
urlpatterns = [
    path("contact_points/", register.point_list, name="list"),
    path("contact_points/export/", register.export, name="export"),
    path("contact_points/coverage/", register.coverage, name="coverage"),
    path("contact_points/coverage/export/", register.coverage_export, name="coverage_export"),
    path("contact_points/import/", register_import.points_import, name="points_import"),
    path("contact_points/import/confirm/", register_import.points_import_confirm, name="points_import_confirm"),
    path("contact_points/import/template.xlsx", register_import.points_import_template, name="points_import_template"),
    path("contact_points/new/", point.point_new, name="new"),
    path("contact_points/<int:pk>/", point.point_page, name="point"),
    path("contact_points/<int:pk>/edit/", point.point_edit, name="edit"),
    path("contact_points/<int:pk>/standards/", point.standards, name="standards"),
    path("contact_points/<int:pk>/photo/", point.photo, name="photo"),
    path("contact_points/<int:pk>/photo/file/", point.photo_file, name="photo_file"),
    path("contact_points/<int:pk>/close/", point.close, name="close"),
    path("contact_points/<int:pk>/reopen/", point.reopen, name="reopen"),
    path("contact_points/<int:pk>/code/", point.code, name="code"),
    path("contact_points/<int:pk>/station/", point.station, name="station"),
    path("contact_points/<int:pk>/duty/", point.duty_new, name="duty_new"),
    path("contact_points/stationings/<int:pk>/leave/", point.leave, name="leave"),
    path("contact_points/duty/<int:pk>/remove/", point.duty_remove, name="duty_remove"),
    path("contact_points/plaques/", plaques.batch, name="plaques"),
    re_path(
        r"^contact_points/(?P<pk>\d{1,18})/plaque\.(?P<form>pdf|png|svg)$", plaques.point_plaque, name="point_plaque"
    ),
    path("contact_points/deputies/<int:pk>/", plaques.deputy_panel, name="deputy_panel"),
    re_path(
        r"^contact_points/deputies/(?P<pk>\d{1,18})/plaque\.(?P<form>pdf|png|svg)$",
        plaques.deputy_plaque,
        name="deputy_plaque",
    ),
    path("roster/import/", importing.roster_import, name="roster_import"),
    path("roster/import/confirm/", importing.roster_import_confirm, name="roster_import_confirm"),
    path("roster/import/template.xlsx", importing.roster_import_template, name="roster_import_template"),
]
