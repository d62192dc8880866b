"""The address in a body's link, and the committee's pages about it."""

from django.urls import path

from opinions.guests import views

app_name = "guests"
urlpatterns = [
    path("b/<str:token>/", views.work, name="work"),
    path("desk/assignments/<int:assignment_id>/letter/", views.letter, name="letter"),
    path("desk/assignments/<int:assignment_id>/renew/", views.renew, name="renew"),
    path("desk/assignments/<int:assignment_id>/revoke/", views.revoke, name="revoke"),
]
