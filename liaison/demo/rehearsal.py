"""A finished rehearsal of the demo's draft, so that its pages have something to show."""

from datetime import datetime, timedelta

from deputies.accounts.models import Role, User
from deputies.organisations.models import Organisation
from liaison.base.workdays.arithmetic import local_today
from opinions.catalog.models import Tier
from opinions.rehearsal.services import Request, begin, perform
from opinions.routing.conditions import Group, Keywords, Mode
from opinions.routing.models import Resolver, RuleSet, RuleSetStatus
from opinions.routing.services import RuleDraft, move_rule, save_rule

WORDS = ("停车", "充电", "路灯", "噪音")
PERIOD = timedelta(days=120)


def rehearse_draft(congress: Organisation, *, now: datetime) -> None:
    """Replay the newest draft of the district over the demo's opinions."""
    draft = RuleSet.objects.filter(district=congress, street=None, status=RuleSetStatus.DRAFT).first()
    if draft is None:
        return
    rule = save_rule(rule_set=draft, rule=None, draft=_parking(), by=None, now=now)
    move_rule(rule=rule, to=3, by=None, now=now)
    staff = User.objects.filter(organisation=congress, role=Role.DISTRICT_STAFF).first()
    today = local_today(now)
    made = begin(request=Request(rule_set=draft, since=today - PERIOD, until=today), by=staff, now=now)
    perform(rehearsal=made, progress=lambda _done, _total: None, clock=lambda: now)


def _parking() -> RuleDraft:
    """What residents meet in front of their door: the street's office goes and looks, nobody need confirm."""
    conditions = [Group(Mode.ANY, (Keywords(Mode.ANY, WORDS),)).to_json()]
    return RuleDraft(
        name="停车、充电、路灯和噪音，先由街道办事处处理", tier=Tier.STREET.value,
        resolver=Resolver.STREET_OFFICE.value, conditions=conditions, confirm=False,
    )  # fmt: skip
