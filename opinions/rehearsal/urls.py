"""Addresses of rehearsals, under /desk/routing/. A version is called as in the addresses of its rules: 5, or s12-3."""

from django.urls import path

from opinions.rehearsal import views

app_name = "rehearsal"
urlpatterns = [
    path("routing/rehearsals/", views.overview, name="list"),
    path("routing/rehearsals/<int:pk>/", views.result, name="result"),
    path("routing/rehearsals/<int:pk>/cancel/", views.cancel, name="cancel"),
    path("routing/rehearsals/<int:pk>/differences/", views.differences, name="differences"),
    path("routing/rehearsals/<int:pk>/differences/<int:number>/", views.difference, name="difference"),
    path("routing/rehearsals/<int:pk>/export/", views.export, name="export"),
    path("routing/rehearsals/of/<str:key>/", views.panel, name="panel"),
    path("routing/rehearsals/of/<str:key>/start/", views.start, name="start"),
    path("routing/rehearsals/of/<str:key>/plan/", views.plan, name="plan"),
    path("routing/rehearsals/of/<str:key>/plan/cancel/", views.call_off, name="call_off"),
    path("routing/rehearsals/of/<str:key>/back/", views.back, name="back"),
]
