"""All addresses of the program, and the floor."""

from django.urls import path

from liaison.urls import handler400, handler403, handler404, handler500
from liaison.urls import urlpatterns as product
from tests.bench.floor import plain
from tests.bench.floor.views import done, matter, matters, submit

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns = [
    *product,
    path("floor/", submit, name="floor"),
    path("floor/<int:key>/", done, name="floor_done"),
    path("floor/matters/", matters, name="floor_matters"),
    path("floor/matters/<str:code>/", matter, name="floor_matter"),
    path("floor/plain/", plain.matters, name="floor_plain_matters"),
    path("floor/plain/<str:code>/", plain.matter, name="floor_plain_matter"),
]
