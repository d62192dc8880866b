"""Addresses of the monthly reports and of the public statistics."""

from django.urls import path

from supervision.reports import views
from supervision.reports.views import layouts, public

app_name = "reports"
DESK = "desk/supervision/reports"
urlpatterns = [
    path("stats/", public.statistics, name="statistics"),
    path("stats/definitions/", public.definitions, name="definitions"),
    path(f"{DESK}/", views.index, name="list"),
    path(f"{DESK}/layouts/", layouts.index, name="layouts"),
    path(f"{DESK}/layouts/<int:pk>/layout.docx", layouts.download, name="layout"),
    path(f"{DESK}/layouts/<int:pk>/drop/", layouts.drop, name="drop_layout"),
    path(f"{DESK}/<int:pk>/", views.report, name="report"),
    path(f"{DESK}/<int:pk>/below/", views.compiled, name="below"),
    path(f"{DESK}/<int:pk>/remind/", views.remind, name="remind"),
    path(f"{DESK}/<int:pk>/rows/<slug:code>/", views.rows, name="rows"),
    path(f"{DESK}/<int:pk>/notes/<slug:section>/", views.note, name="note"),
    path(f"{DESK}/<int:pk>/do/<slug:verb>/", views.act, name="act"),
    path(f"{DESK}/<int:pk>/why/<slug:verb>/", views.why, name="why"),
    path(f"{DESK}/<int:pk>/draft.<slug:form>", views.draft, name="draft"),
    path(f"{DESK}/<int:pk>/<int:number>/report.<slug:form>", views.document, name="document"),
]
