"""Addresses of plans, below /desk/."""

from django.urls import path

from opinions.plans import views

app_name = "plans"
urlpatterns = [
    path("matters/<str:code>/plan/", views.plan, name="plan"),
    path("matters/<str:code>/plan/add/", views.add, name="add"),
    path("matters/<str:code>/plan/project/", views.project, name="project"),
    path("proposals/<int:proposal_id>/project/", views.found, name="found"),
    path("measures/<int:measure_id>/change/", views.change, name="change"),
    path("measures/<int:measure_id>/progress/", views.progress, name="progress"),
    path("measures/<int:measure_id>/finish/", views.finish, name="finish"),
    path("measures/<int:measure_id>/accept/", views.accept, name="accept"),
    path("measures/<int:measure_id>/redo/", views.redo, name="redo"),
    path("milestones/<int:milestone_id>/reach/", views.reach, name="reach"),
]
