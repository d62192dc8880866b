"""Writing reference data: the defaults of a district, and limits as versions in time.

Other single rows are edited on the reference-data site (admin.py).
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.audit.models import Event
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.errors import DomainError, InvalidInput
from liaison.base.stamps import bump
from liaison.base.workdays.arithmetic import MOST, ONE_DAY, Unit, local_today
from opinions.catalog.defaults import categories, rows
from opinions.catalog.models import Category, Reason, ReplyTemplate, Responsibility, TimeLimitPolicy
from opinions.catalog.queries import STAMP
from opinions.catalog.versions import Scope, in_force, in_scope, scope_of

SET, END, WITHDRAW = "set_policy", "end_policy", "withdraw_policy"
name_verbs(
    {
        "load_defaults": _("装入默认数据"),
        "set_responsibilities": _("确定责任单位"),
        SET: _("颁布新的时限规定"),
        END: _("废止时限规定"),
        WITHDRAW: _("撤回未施行的时限规定"),
    }
)
CHAIN = "catalog"
MOST_YEARS_AHEAD = 5
"""A limit that begins later is a slip of the keyboard, and would stand in the way of every other one."""
"""Changes of reference data stand in this chain of the ledger."""


@transaction.atomic
def load_defaults(
    *, district: Organisation, by: User | None, now: datetime, valid_from: date | None = None
) -> dict[str, int]:
    """Add whatever of the defaults is missing; says how many rows of each kind were added. What staff changed stays.

    Limits are in force from `valid_from`, today unless given.
    """
    added = {
        "categories": _load_categories(),
        "reasons": _load_reasons(),
        "policies": _load_policies(valid_from or local_today(now)),
        "templates": _load_templates(),
    }
    if any(added.values()):
        bump(STAMP)
        record(CHAIN, Fact(verb="load_defaults", data={"district": district.code, **added}), by=by, now=now)
    return added


def _load_categories() -> int:
    known = dict(Category.objects.values_list("code", "pk"))
    missing = [row for row in categories() if row.code not in known]
    for level in ([row for row in missing if not row.parent], [row for row in missing if row.parent]):
        made = Category.objects.bulk_create(
            Category(
                code=row.code, name=row.name, examples=row.examples, parent_id=known.get(row.parent), order=row.order
            )
            for row in level
        )
        known |= {category.code: category.pk for category in made}
    return len(missing)


def _load_reasons() -> int:
    known = set(Reason.objects.values_list("kind", "code"))
    missing = [
        Reason(order=number, **row)
        for number, row in enumerate(rows("reason"))
        if (row["kind"], row["code"]) not in known
    ]
    return len(Reason.objects.bulk_create(missing))


def _load_policies(valid_from: date) -> int:
    general = TimeLimitPolicy.objects.filter(district=None, tier=None, category=None)
    known = set(general.values_list("clock", "urgency"))
    missing = [
        TimeLimitPolicy(unit=Unit.WORKING_DAYS, valid_from=valid_from, **row)
        for row in rows("policy")
        if (row["clock"], row.get("urgency", "")) not in known
    ]
    return len(TimeLimitPolicy.objects.bulk_create(missing))


def _load_templates() -> int:
    known = set(ReplyTemplate.objects.filter(organisation=None).values_list("name", flat=True))
    missing = [ReplyTemplate(**row) for row in rows("template") if row["name"] not in known]
    return len(ReplyTemplate.objects.bulk_create(missing))


@transaction.atomic
def set_responsibilities(
    *, district: Organisation, bodies: Iterable[tuple[Category, Organisation]], by: User | None, now: datetime
) -> int:
    """Say which body answers for which category in `district`; replaces what was said of the same categories before."""
    wanted = list(bodies)
    Responsibility.objects.filter(district=district, category__in=[category for category, _body in wanted]).delete()
    Responsibility.objects.bulk_create(
        Responsibility(category=category, district=district, organisation=body) for category, body in wanted
    )
    bump(STAMP)
    data = {"district": district.code, "bodies": {category.code: body.code for category, body in wanted}}
    record(CHAIN, Fact(verb="set_responsibilities", data=data), by=by, now=now)
    return len(wanted)


class Ruling(NamedTuple):
    """What a limit says."""

    amount: int
    unit: str
    warn_before: int
    basis: str = ""


class HasBegun(DomainError):
    message = _("这条规定已经施行，不能撤回。可以从将来某天起颁布新的规定。")


class HasLater(DomainError):
    message = _("其后另有未施行的规定，请先撤回后一条。")


class IsGeneral(DomainError):
    message = _("这是一般规定，废止后这一步就没有时限了。请改为颁布新的规定。")


class Overlaps(InvalidInput):
    """Two limits for the same matters on the same day."""


@transaction.atomic
def set_policy(*, scope: Scope, ruling: Ruling, valid_from: date, by: Any, now: datetime) -> TimeLimitPolicy:
    """Let `ruling` hold from a day on; the row that held until then ends the day before. No running clock moves.

    Raises InvalidInput (InvalidInput.field says where), Overlaps when another version begins on that day or later.
    """
    bump(STAMP)  # holds the stamp's row: versions of limits are written one after another
    _check(ruling, valid_from, now)
    held = list(in_scope(scope))
    later = next((row for row in held if row.valid_from >= valid_from), None)
    if later is not None:
        told = _("{day}起已另有规定，请先撤回那一条。")
        raise Overlaps(format_lazy(told, day=later.valid_from.isoformat()), field="valid_from")
    before = next((row for row in held if in_force(row, valid_from)), None)
    made = TimeLimitPolicy.objects.create(**scope._asdict(), **ruling._asdict(), valid_from=valid_from)
    data = {"policy": made.pk, **_data(made), "before": before.pk if before else None, "until": _until(before)}
    _end(before, valid_from)
    record(CHAIN, Fact(verb=SET, data=data), by=by, now=now)
    return made


@transaction.atomic
def end_policy(*, policy: TimeLimitPolicy, valid_to: date, by: Any, now: datetime) -> TimeLimitPolicy:
    """Let a special limit end with a day; the more general one rules again. Raises IsGeneral, InvalidInput."""
    bump(STAMP)
    row = TimeLimitPolicy.objects.get(pk=policy.pk)
    if scope_of(row).is_general:
        raise IsGeneral
    if valid_to < local_today(now):
        raise InvalidInput(_("最早在今天结束时废止。"), field="valid_to")
    if (row.valid_to is not None and row.valid_to <= valid_to) or valid_to < row.valid_from:
        raise InvalidInput(_("废止日期应当在这条规定施行期间。"), field="valid_to")
    row.valid_to = valid_to
    row.save(update_fields=["valid_to"])
    record(CHAIN, Fact(verb=END, data={"policy": row.pk, **_data(row)}), by=by, now=now)
    return row


@transaction.atomic
def withdraw_policy(*, policy: TimeLimitPolicy, by: Any, now: datetime) -> None:
    """Take back a version before it begins, the last one first; the one before it holds as it did. Raises HasBegun,
    HasLater."""
    bump(STAMP)
    row = TimeLimitPolicy.objects.get(pk=policy.pk)
    if row.valid_from <= local_today(now):
        raise HasBegun
    if in_scope(scope_of(row)).filter(valid_from__gt=row.valid_from).exists():
        raise HasLater
    _restore(row)
    record(CHAIN, Fact(verb=WITHDRAW, data={"policy": row.pk, **_data(row)}), by=by, now=now)
    row.delete()


def _check(ruling: Ruling, valid_from: date, now: datetime) -> None:
    unit, today = Unit(ruling.unit), local_today(now)
    most = MOST[unit]
    if not 1 <= ruling.amount <= most:
        raise InvalidInput(format_lazy(_("请填写 1 到 {most} 之间的数。"), most=most), field="amount")
    if unit is not Unit.MONTHS and ruling.warn_before > ruling.amount:
        raise InvalidInput(_("黄灯提前的天数不能比时限还长。"), field="warn_before")
    if valid_from <= today:
        raise InvalidInput(_("最早从明天起施行：今天开始的时限已按现行规定计算。"), field="valid_from")
    if valid_from.year > today.year + MOST_YEARS_AHEAD:
        raise InvalidInput(_("施行日期太远，请检查年份。"), field="valid_from")


def _end(before: TimeLimitPolicy | None, valid_from: date) -> None:
    if before is not None:
        TimeLimitPolicy.objects.filter(pk=before.pk).update(valid_to=valid_from - ONE_DAY)


def _restore(row: TimeLimitPolicy) -> None:
    """Give the version before `row` the end that it had, unless somebody let it end earlier meanwhile."""
    made = Event.objects.filter(chain=CHAIN, verb=SET, data__policy=row.pk).only("data").first()
    if made is not None and made.data["before"] is not None:
        before = TimeLimitPolicy.objects.filter(pk=made.data["before"], valid_to=row.valid_from - ONE_DAY)
        before.update(valid_to=made.data["until"])


def _until(row: TimeLimitPolicy | None) -> str | None:
    return row.valid_to.isoformat() if row and row.valid_to else None


def _data(row: TimeLimitPolicy) -> dict[str, Any]:
    """The row for the ledger."""
    return {
        **scope_of(row)._asdict(), "amount": row.amount, "unit": row.unit, "warn_before": row.warn_before,
        "basis": row.basis, "valid_from": row.valid_from.isoformat(), "valid_to": _until(row),
    }  # fmt: skip
