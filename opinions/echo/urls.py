"""Addresses of the echo wall: for everybody, for search engines and readers of feeds, and for staff."""

from django.urls import path

from opinions.echo.views import desk, feeds, pictures, wall

app_name = "echo"
urlpatterns = [
    path("robots.txt", feeds.robots, name="robots"),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
    path("echo/", wall.wall, name="wall"),
    path("echo/tv/", wall.screen, name="tv"),
    path("echo/feed.xml", feeds.feed, name="feed"),
    path("echo/<str:code>/", wall.entry, name="entry"),
    path("echo/<str:code>/<int:photo_id>.jpg", wall.photo, name="photo"),
    path("echo/<str:code>/<int:photo_id>-card.jpg", wall.card, name="card"),
    path("desk/echo/", desk.listing, name="list"),
    path("desk/echo/of/<str:code>/", desk.of_matter, name="of_matter"),
    path("desk/echo/of/<str:code>/begin/", desk.begin, name="begin"),
    path("desk/echo/<int:echo_id>/", desk.page, name="page"),
    path("desk/echo/<int:echo_id>/text/", desk.text, name="text"),
    path("desk/echo/<int:echo_id>/finds/", desk.finds, name="finds"),
    path("desk/echo/<int:echo_id>/submit/", desk.submit, name="submit_echo"),
    path("desk/echo/<int:echo_id>/publish/", desk.publish, name="publish_echo"),
    path("desk/echo/<int:echo_id>/send-back/", desk.send_back, name="send_back_echo"),
    path("desk/echo/<int:echo_id>/take-back/", desk.take_back, name="take_back_echo"),
    path("desk/echo/<int:echo_id>/drop/", desk.drop, name="drop_echo"),
    path("desk/echo/<int:echo_id>/photos/", pictures.choosing, name="choose"),
    path("desk/echo/photos/<int:photo_id>/", pictures.one, name="photo_page"),
    path("desk/echo/photos/<int:photo_id>/check/", pictures.check, name="check"),
    path("desk/echo/photos/<int:photo_id>/full.jpg", pictures.full, name="desk_photo"),
]
