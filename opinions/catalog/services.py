"""Writing reference data: the defaults of a district. Single rows are edited on the reference-data site (admin.py)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from liaison.base.audit.services import Fact, record
from liaison.base.audit.verbs import name_verbs
from liaison.base.stamps import bump
from liaison.base.workdays.arithmetic import Unit, local_today
from opinions.catalog.defaults import categories, rows
from opinions.catalog.models import Category, Reason, ReplyTemplate, Responsibility, TimeLimitPolicy
from opinions.catalog.queries import STAMP

name_verbs({"load_defaults": _("装入默认数据"), "set_responsibilities": _("确定责任单位")})
CHAIN = "catalog"
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
