"""Addresses of intake. The printed ones (/d/, /p/, /t/) are a contract: they stand on plaques and receipts."""

from django.urls import path

from opinions.intake.views import desk, doors, following, promising

app_name = "intake"
urlpatterns = [
    path("", doors.home, name="home"),
    path("find/", doors.find, name="find"),
    path("s/<str:code>/", doors.street, name="street"),
    path("d/<str:code>/", doors.deputy, name="deputy"),
    path("d/<str:code>/photo/", doors.deputy_photo, name="deputy_photo"),
    path("p/<str:code>/", doors.point, name="point"),
    path("privacy/", doors.privacy, name="privacy"),
    path("kept/<uuid:key>/<int:pk>/", following.kept_photo, name="kept_photo"),
    path("t/", following.lookup, name="lookup"),
    path("t/<str:code>/", following.tracking, name="track"),
    path("t/<str:code>/done/", following.done, name="done"),
    path("t/<str:code>/qr.png", following.receipt_qr, name="receipt_qr"),
    path("t/<str:code>/files/<int:pk>/", following.own_file, name="own_file"),
    path("t/<str:code>/supply/", following.supply, name="supply"),
    path("t/<str:code>/promises/<int:pk>/", promising.say, name="promise"),
    path("t/<str:code>/confirm/", following.confirm_own, name="confirm"),
    path("t/<str:code>/withdraw/", following.withdraw_own, name="withdraw"),
    path("t/<str:code>/erase/", following.erase_own, name="erase"),
    path("desk/intake/new/", desk.assist, name="assist"),
    path("desk/intake/<str:code>/receipt/", desk.assist_receipt, name="assist_receipt"),
    path("desk/intake/<str:code>/receipt.png", desk.assist_qr, name="assist_qr"),
    path("desk/intake/import/", desk.upload, name="import"),
    path("desk/intake/import/<int:pk>/", desk.import_table, name="import_table"),
]
