"""Addresses of gathering: what is alike, hot issues, topics."""

from django.urls import path

from opinions.gathering.views import hot, residents, staff

app_name = "gathering"
urlpatterns = [
    path("near/", residents.near, name="near"),
    path("t/<str:code>/alike/", residents.alike, name="alike"),
    path("desk/matters/<str:code>/alike/", staff.panel, name="panel"),
    path("desk/matters/<str:code>/alike/<str:other>/", staff.compare, name="compare"),
    path("desk/hot/", hot.hot, name="hot"),
    path("desk/hot/<int:pk>/", hot.issue, name="issue"),
    path("desk/hot/<int:pk>/dismiss/", hot.dismiss, name="dismiss"),
    path("desk/hot/<int:pk>/reopen/", hot.reopen, name="reopen"),
    path("desk/hot/<int:pk>/topic/", hot.make_topic, name="make_topic"),
    path("desk/hot/<int:pk>/proposal/", hot.make_proposal, name="make_proposal"),
    path("desk/topics/", hot.topics, name="topics"),
    path("desk/topics/<int:pk>/", hot.topic, name="topic"),
]
