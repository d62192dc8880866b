"""The schedule of beat: every entry is a task that exists; the daily ones tidy up, and twice is as good as once."""

from datetime import timedelta
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from celery.schedules import crontab
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from liaison.base.files.models import StoredFile
from liaison.base.files.services import store_generated
from liaison.base.jobs.models import Job, JobStatus
from liaison.base.workdays.arithmetic import local_today
from liaison.celery import app
from opinions.intake.models import ImportFile
from opinions.invitations.models import RatingInvite
from tests.factories.accounts import UserFactory
from tests.factories.matters import HandlingWorld, answered

DAILY = {
    "roster.end_due_terms", "accounts.clear_sessions", "accounts.clear_attempts", "accounts.forget_sign_ins",
    "jobs.purge_expired",
    "intake.drop_stale_photos", "intake.drop_stale_tables", "invitations.drop_expired",
    "exchange.forget_nonces", "exchange.gather_all", "exchange.drop_old", "echo.heed_consents",
    "similar.nightly", "routing.check_rules", "suggestion.retrain", "rehearsal.purge_differences",
    "reports.draft_month",
}  # fmt: skip


def run(task: str) -> None:
    app.loader.import_default_modules()
    app.tasks[task].run()


def test_schedule_names_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    assert {row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


def test_schedule_tidies_up_every_day() -> None:
    daily = {row["task"] for row in app.conf.beat_schedule.values() if isinstance(row["schedule"], crontab)}
    assert daily == DAILY


@pytest.mark.django_db
def test_clear_sessions_keeps_those_that_are_open() -> None:
    for days in (-1, 1):
        session = SessionStore()
        session.create()
        Session.objects.filter(pk=session.session_key).update(expire_date=timezone.now() + timedelta(days=days))
    for _time in range(2):
        run("accounts.clear_sessions")
        assert Session.objects.count() == 1


@pytest.mark.django_db
def test_clear_attempts_keeps_those_that_lock() -> None:
    for number in (0, 2):
        row = AccessAttempt.objects.create(username=f"user{number}", failures_since_start=5)
        AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=timezone.now() - timedelta(days=number))
    for _time in range(2):
        run("accounts.clear_attempts")
        assert [row.username for row in AccessAttempt.objects.all()] == ["user0"]


@pytest.mark.django_db(transaction=True)
def test_purge_job_files_keeps_the_rows() -> None:
    now, user = timezone.now(), UserFactory.create()
    stored = store_generated(name="a.pdf", content=b"%PDF-", content_type="application/pdf", by=user, now=now)
    Job.objects.create(
        kind="x", title="x", by=user, status=JobStatus.DONE, result=stored, created_at=now, beat_at=now,
        expires_at=now - timedelta(hours=1),
    )  # fmt: skip
    path = Path(stored.file.path)
    for _time in range(2):
        run("jobs.purge_expired")
        assert (Job.objects.count(), StoredFile.objects.count()) == (1, 0)
    assert not path.exists()


@pytest.mark.django_db(transaction=True)
def test_drop_stale_tables_keeps_those_of_today() -> None:
    now, user = timezone.now(), UserFactory.create()
    for days in (0, 2, 3):
        stored = store_generated(name="a.xlsx", content=b"PK", content_type="x", by=user, now=now)
        ImportFile.objects.create(stored=stored, by=user, created_at=now - timedelta(days=days))
    for _time in range(2):
        run("intake.drop_stale_tables")
        assert (ImportFile.objects.count(), StoredFile.objects.count()) == (1, 1)


def test_drop_expired_links_keeps_those_that_still_answer(world: HandlingWorld) -> None:
    today = local_today(timezone.now())
    for days in (0, 30, 91):
        matter = answered(world)
        RatingInvite.objects.filter(matter=matter).update(expires_on=today - timedelta(days=days))
    for _time in range(2):
        run("invitations.drop_expired")
        assert RatingInvite.objects.count() == 2
