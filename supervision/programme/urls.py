"""Addresses of the supervision programme."""

from django.urls import path

from supervision.programme.views import activities, calendar, people, plans, public, tasks

app_name = "programme"
DESK = "desk/supervision"
urlpatterns = [
    path(f"{DESK}/activities/", activities.activities, name="activities"),
    path(f"{DESK}/activities/waiting/", activities.waiting, name="waiting"),
    path(f"{DESK}/activities/new/", activities.new, name="new"),
    path(f"{DESK}/activities/<int:pk>/", activities.activity, name="activity"),
    path(f"{DESK}/activities/<int:pk>/edit/", activities.edit, name="edit"),
    path(f"{DESK}/activities/<int:pk>/announce/", activities.announce, name="announce"),
    path(f"{DESK}/activities/<int:pk>/postpone/", activities.postpone, name="postpone"),
    path(f"{DESK}/activities/<int:pk>/cancel/", activities.cancel, name="cancel"),
    path(f"{DESK}/activities/<int:pk>/answer/", activities.answer, name="answer"),
    path(f"{DESK}/activities/<int:pk>/minutes/", activities.minutes, name="minutes"),
    path(f"{DESK}/activities/<int:pk>/tasks/", activities.give, name="give"),
    path(f"{DESK}/activities/<int:pk>/conclude/", activities.conclude, name="conclude"),
    path(f"{DESK}/activities/<int:pk>/gather/", activities.gather, name="gather"),
    path(f"{DESK}/activities/<int:pk>/people/", people.ask, name="ask"),
    path(f"{DESK}/activities/<int:pk>/marks/", people.marks, name="marks"),
    path(f"{DESK}/activities/<int:pk>/files/<int:file_id>/", activities.file, name="file"),
    path(f"{DESK}/invitations/<int:participant_id>/come/", people.come, name="come"),
    path(f"{DESK}/invitations/<int:participant_id>/excuse/", people.excuse, name="excuse"),
    path(f"{DESK}/invitations/<int:participant_id>/drop/", people.let_go, name="let_go"),
    path(f"{DESK}/tasks/", tasks.tasks, name="tasks"),
    path(f"{DESK}/tasks/<int:pk>/", tasks.task, name="task"),
    path(f"{DESK}/tasks/<int:pk>/progress/", tasks.progress, name="progress"),
    path(f"{DESK}/tasks/<int:pk>/finish/", tasks.finish, name="finish"),
    path(f"{DESK}/tasks/<int:pk>/accept/", tasks.accept, name="accept"),
    path(f"{DESK}/tasks/<int:pk>/redo/", tasks.redo, name="redo"),
    path(f"{DESK}/tasks/<int:pk>/move/", tasks.move, name="move"),
    path(f"{DESK}/tasks/<int:pk>/photos/<uuid:photo_id>/", tasks.photo, name="photo"),
    path(f"{DESK}/activities/calendar/", calendar.calendar, name="calendar"),
    path(f"{DESK}/activities/calendar/subscribe/", calendar.subscribe, name="subscribe"),
    path(f"{DESK}/activities/calendar/subscribe/own/", calendar.renew, {"kind": "own"}, name="renew_own"),
    path(f"{DESK}/activities/calendar/subscribe/body/", calendar.renew, {"kind": "body"}, name="renew_body"),
    path(f"{DESK}/plan/", plans.plan, name="plan"),
    path(f"{DESK}/plan/add/", plans.add, name="add_item"),
    path(f"{DESK}/plan/<int:pk>/change/", plans.change, name="change_item"),
    path(f"{DESK}/plan/<int:pk>/drop/", plans.drop, name="drop_item"),
    path(f"{DESK}/plan/<int:pk>/make/", plans.make, name="make"),
    path("calendar/<str:token>.ics", calendar.feed, name="feed"),
    path("themes/", public.themes, name="themes"),
    path("themes/<int:pk>/", public.theme, name="theme"),
]
