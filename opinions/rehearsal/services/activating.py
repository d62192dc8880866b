"""Putting a version in force at a set time, and going back to an earlier one in one step."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deputies.accounts.models import User
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import DomainError, InvalidInput, NotAllowed, StaleState
from liaison.base.notices.models import Channel
from liaison.base.notices.services import Draft, queue
from liaison.base.stamps import bump
from opinions.rehearsal.models import PlannedActivation, PlanStatus
from opinions.routing.access import may_keep
from opinions.routing.models import RuleSet, RuleSetStatus
from opinions.routing.queries import STAMP
from opinions.routing.services import InvalidRuleSet, NotADraft, activate, catches_everything, reactivate

name_verbs(
    {
        "plan_rules": gettext_lazy("约定分派规则生效的时间"),
        "call_off_rules": gettext_lazy("取消约定的生效时间"),
        "rules_not_activated": gettext_lazy("约定的分派规则没有生效"),
    }
)
SOONEST, LATEST = timedelta(minutes=1), timedelta(days=366)


class TooSoon(InvalidInput):
    message = gettext_lazy("生效时间要在以后，最晚一年之内。")


class NobodyThere(InvalidInput):
    """A rule for everything stands before others: a person must say that it is meant so, at that moment."""

    message = gettext_lazy("有一条规则对所有事项都生效，后面的规则都轮不到，不能定时生效；请点“生效”，当面确认。")


@transaction.atomic
def plan_activation(*, rule_set: RuleSet, at: datetime, by: User, now: datetime) -> PlannedActivation:
    """Put a draft in force at `at`; a time that was set before is replaced.

    Raises NotAllowed, NotADraft, TooSoon, NobodyThere.
    """
    if not may_keep(by, rule_set):
        raise NotAllowed
    if not now + SOONEST <= at <= now + LATEST:
        raise TooSoon(field="at")
    bump(STAMP)
    if not RuleSet.objects.filter(pk=rule_set.pk, status=RuleSetStatus.DRAFT).exists():
        raise NotADraft
    if catches_everything(rule_set):
        raise NobodyThere(field="at")
    waiting = PlannedActivation.objects.filter(rule_set=rule_set, status=PlanStatus.WAITING)
    waiting.update(status=PlanStatus.CANCELLED, settled_at=now)
    made = PlannedActivation.objects.create(rule_set=rule_set, at=at, by=by, created_at=now)
    _log(rule_set, "plan_rules", by, now, at=timezone.localtime(at).strftime("%Y-%m-%d %H:%M"))
    return made


@transaction.atomic
def call_off(*, rule_set: RuleSet, by: User, now: datetime) -> None:
    """Take a planned activation back. Raises NotAllowed, StaleState."""
    if not may_keep(by, rule_set):
        raise NotAllowed
    bump(STAMP)
    waiting = PlannedActivation.objects.filter(rule_set=rule_set, status=PlanStatus.WAITING)
    if not waiting.update(status=PlanStatus.CANCELLED, settled_at=now):
        raise StaleState
    _log(rule_set, "call_off_rules", by, now)


def due_activations(*, now: datetime) -> list[int]:
    """The keys of the planned activations whose time has come, in their order."""
    rows = PlannedActivation.objects.filter(status=PlanStatus.WAITING, at__lte=now)
    return list(rows.order_by("at", "id").values_list("pk", flat=True))


@transaction.atomic
def fire(*, plan_id: int, now: datetime) -> bool:
    """Activate what was planned, once, whoever else tries; False where it was not its turn, or somebody else's.

    The rules are checked as they are at this moment; the author is told when they could not be put in force.
    The stamp is taken before the plan, as `plan_activation` takes them.
    """
    bump(STAMP)
    turn = PlannedActivation.objects.filter(pk=plan_id, status=PlanStatus.WAITING, at__lte=now)
    if not turn.update(status=PlanStatus.DONE, settled_at=now):
        return False
    plan = PlannedActivation.objects.select_related("rule_set__district", "rule_set__street", "by").get(pk=plan_id)
    with translation.override(settings.LANGUAGE_CODE):
        problem = _problem_with(plan, now)
        if problem:
            PlannedActivation.objects.filter(pk=plan_id).update(status=PlanStatus.FAILED, problem=problem[:500])
            _log(plan.rule_set, "rules_not_activated", None, now, problem=problem)
        _tell(plan, problem, now)
    return True


def _problem_with(plan: PlannedActivation, now: datetime) -> str:
    """Try to activate; empty when it went well."""
    if not may_keep(plan.by, plan.rule_set):
        return _("约定生效的人已经没有这个权限。")
    try:
        with transaction.atomic():
            activate(rule_set=plan.rule_set, by=plan.by, now=now)
    except NotADraft:
        return _("这个版本已经不是草稿。")
    except InvalidRuleSet as error:
        return _("；").join(error.problems)
    except DomainError as error:
        return str(error.message)
    return ""


def _tell(plan: PlannedActivation, problem: str, now: datetime) -> None:
    told = {"version": plan.rule_set.version, "problem": problem}
    subject = _("分派规则版本 %(version)d 已按约定时间生效") % told
    if problem:
        subject = _("分派规则版本 %(version)d 没有按约定时间生效：%(problem)s") % told
    draft = Draft(
        key=f"planned:{plan.pk}", channel=Channel.IN_APP, recipient=plan.by, subject=subject,
        link=f"/desk/routing/{plan.rule_set.key}/",
    )  # fmt: skip
    queue([draft], now=now)


@transaction.atomic
def roll_back(*, to: RuleSet, instead_of: RuleSet, by: User, now: datetime) -> None:
    """Put an earlier version in force in place of `instead_of`, which the user saw in force.

    Raises NotAllowed, StaleState where another one is in force by now, NeverInForce, InvalidRuleSet.
    """
    if not may_keep(by, to):
        raise NotAllowed
    bump(STAMP)
    same = {"district": to.district_id, "street": to.street_id}
    if not RuleSet.objects.filter(pk=instead_of.pk, status=RuleSetStatus.ACTIVE, **same).exists():
        raise StaleState
    reactivate(rule_set=to, by=by, now=now)


def _log(rule_set: RuleSet, verb: str, by: User | None, now: datetime, **data: str) -> None:
    """Write into the chain of the district's rules."""
    where = {"body": str(rule_set.street)} if rule_set.street_id else {}
    fact = Fact(verb=verb, data={"version": rule_set.version, **where, **data})
    record(f"rules:{rule_set.district_id}", fact, by=by, now=now)
