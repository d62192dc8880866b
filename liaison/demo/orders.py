"""The demo's orders: heads of letters, a letter answered and one waiting, a reminder, a case that a leader took."""

from datetime import datetime, timedelta

from django.db import transaction

from deputies.accounts.models import Role, User
from deputies.organisations.models import Organisation
from liaison.base.workdays.arithmetic import local_today
from opinions.handling.models import Assignment, AssignmentStatus, Part
from opinions.matters.models import Matter
from opinions.matters.states import Status
from supervision.orders import services
from supervision.orders.models import Letter, LetterHead
from supervision.orders.queries import templates_for
from supervision.orders.services import AnswerData, LetterData, PointData

NEEDED = 4
"""Matters: two for letters, one to remind of, one to sponsor."""


@transaction.atomic
def tell_of_orders(congress: Organisation, *, now: datetime) -> int:
    """Give the bodies their heads, write two letters and take a case; returns how many letters there are. Once only."""
    if Letter.objects.exists():
        return 0
    _heads(congress)
    rows = _at_work(congress)
    if len(rows) < NEEDED:
        return 0
    first, second, third, hard = rows[:NEEDED]
    _answered(_letter(congress, first, now - timedelta(days=6)), now - timedelta(days=2))
    _letter(congress, second, now - timedelta(days=3))
    staff = _staff(Role.DISTRICT_STAFF, congress)
    services.remind(matters=[third.matter], text="已临近时限，请抓紧办理，按时答复。", by=staff, now=now)
    _sponsored(congress, hard.matter, now)
    return Letter.objects.count()


def _heads(congress: Organisation) -> None:
    """The district's head, and one for each street by its name."""
    streets = congress.children.filter(active=True, kind="street_committee").select_related("division")
    heads = [LetterHead(organisation=congress, mark="云人督", heading=f"{congress.name}文件", signature=congress.name)]
    heads += [
        LetterHead(
            organisation=one, mark=f"{one.division.name.removesuffix('街道')}督", heading=one.name, signature=one.name
        )
        for one in streets
    ]
    LetterHead.objects.bulk_create(heads)


def _at_work(congress: Organisation) -> list[Assignment]:
    """What leads have signed and not answered, the oldest first; of bodies where somebody signs in."""
    rows = Assignment.objects.filter(
        part=Part.LEAD, status=AssignmentStatus.SIGNED, matter__status=Status.HANDLING, matter__district=congress,
        organisation__users__role=Role.DEPARTMENT_HEAD,
    )  # fmt: skip
    return list(rows.select_related("matter", "organisation").order_by("assigned_at", "pk").distinct()[:NEEDED])


def _staff(role: Role, body: Organisation) -> User:
    found = User.objects.filter(role=role, organisation=body, is_active=True).order_by("pk").first()
    assert found is not None  # noqa: S101 - the demo gives every body its people
    return found


def _letter(congress: Organisation, row: Assignment, now: datetime) -> Letter:
    """Issued by the district's leader about one matter."""
    template, by, day = templates_for(congress)[0], _staff(Role.DISTRICT_STAFF, congress), local_today(now)
    demands = [(text, day + timedelta(days=10 + 5 * place)) for place, text in enumerate(template.demands.splitlines())]
    data = LetterData(
        addressee=row.organisation, title="关于限期办理群众意见的督办函", basis=template.basis,
        opening=template.opening, demands=demands, matters=[row.matter], copies=[row.matter.street],
    )  # fmt: skip
    letter = services.draft_letter(data=data, by=by, now=now)
    services.submit_letter(letter=letter, by=by, now=now)
    return services.issue_letter(letter=letter, by=_staff(Role.DISTRICT_LEADER, congress), now=now)


def _answered(letter: Letter, now: datetime) -> None:
    day = local_today(now) + timedelta(days=12)
    head = _staff(Role.DEPARTMENT_HEAD, letter.addressee)
    points = {
        one.pk: PointData("已约社区和物业到现场，定下方案，分步实施", head.name, day) for one in letter.demands.all()
    }
    text = "收到督办函后当天到现场核查。超期的原因是材料采购晚了，现已到货，进场施工。"
    services.give_answer(letter=letter, data=AnswerData(text, points), then="sign", by=head, now=now)


def _sponsored(congress: Organisation, matter: Matter, now: datetime) -> None:
    """The district's leader takes the case and goes there."""
    by, then = _staff(Role.DISTRICT_LEADER, congress), now - timedelta(days=8)
    target = local_today(now) + timedelta(days=5)
    why = "几个单位管理交叉，居民反映多次没有解决。"
    case = services.sponsor(matter=matter, why=why, target_on=target, by=by, now=then)
    day = local_today(now - timedelta(days=4))
    text = "到现场召集有关单位商量，定下由一家牵头，两周内拿出方案。"
    services.note_case(case=case, kind="visit", day=day, text=text, by=by, now=now)
