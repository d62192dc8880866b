"""The Celery application: tasks of every capability, schedule from settings."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

app = Celery("liaison")
app.config_from_object("django.conf:settings", namespace="CELERY")
for entry in app.conf.beat_schedule.values():
    if isinstance(entry["schedule"], dict):
        entry["schedule"] = crontab(**entry["schedule"])
app.autodiscover_tasks(
    [
        "liaison.base.jobs",
        "liaison.base.notices",
        "deputies.accounts",
        "deputies.roster",
        "deputies.contact_points",
        "opinions.similar",
        "opinions.suggestion",
        "opinions.intake",
        "opinions.invitations",
        "opinions.routing",
        "opinions.rehearsal",
        "opinions.exchange",
        "opinions.echo",
        "supervision.cases",
        "supervision.dashboards",
        "supervision.reports",
    ]
)
