"""The Celery application: tasks of every capability, schedule from settings."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

app = Celery("liaison")
app.config_from_object("django.conf:settings", namespace="CELERY")
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
        "supervision.cases",
        "supervision.dashboards",
    ]
)
