"""The demo's monthly reports: last month's chain, drafted, handed up and received."""

from datetime import datetime

from django.db import transaction

from deputies.accounts.models import Role, User
from deputies.organisations.models import Organisation
from supervision.reports import services
from supervision.reports.models import Level, MonthlyReport
from supervision.reports.queries import compose, digest_of


@transaction.atomic
def tell_of_reports(congress: Organisation, *, now: datetime) -> int:
    """Draft last month's reports and let two of them go up; returns how many there are. Once only."""
    if MonthlyReport.objects.exists():
        return 0
    drafted = services.draft_month(month=services.last_month(now), now=now)
    officers = User.objects.filter(role=Role.LIAISON_OFFICER, organisation__parent=congress, is_active=True)
    officer = officers.order_by("pk").first()
    if officer is None or officer.organisation is None:
        return drafted
    _go_up(officer, officer.organisation, now)
    return drafted


def _go_up(officer: User, street: Organisation, now: datetime) -> None:
    """Two stations hand up: the street has received one, the other waits for it."""
    stations = MonthlyReport.objects.filter(level=Level.STATION, organisation=street).order_by("pk")[:2]
    staff = User.objects.filter(role=Role.STREET_STAFF, organisation=street, is_active=True).first()
    note = "本月路灯、停车的意见多，已请社区一并排查。"
    for place, station in enumerate(stations):
        services.annotate_report(report=station, section="flow", text=note, by=officer, now=now)
        services.sign_report(report=station, digest=digest_of(compose(station, now=now)), by=officer, now=now)
        services.hand_up_report(report=station, by=officer, now=now)
        if not place and staff is not None:
            services.receive_report(report=station, by=staff, now=now)
