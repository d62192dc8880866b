"""Addresses of promises, below /desk/, among the sections of supervision."""

from django.urls import path

from opinions.promises import views

app_name = "promises"
urlpatterns = [
    path("supervision/promises/", views.listing, name="list"),
    path("supervision/promises/export/", views.export, name="export"),
    path("supervision/promises/<int:promise_id>/", views.promise, name="promise"),
    path("supervision/promises/<int:promise_id>/report/", views.report, name="report_promise"),
    path("supervision/promises/<int:promise_id>/ask-move/", views.ask_move, name="ask_move_promise"),
    path("supervision/promises/<int:promise_id>/refuse-move/", views.refuse_move, name="refuse_move_promise"),
    path("supervision/promises/<int:promise_id>/move/", views.move, name="move_promise"),
    path("supervision/promises/<int:promise_id>/keep/", views.keep, name="keep_promise"),
    path("supervision/promises/<int:promise_id>/withdraw/", views.withdraw, name="withdraw_promise"),
    path("supervision/promises/<int:promise_id>/reopen/", views.reopen, name="reopen_promise"),
]
