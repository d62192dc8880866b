"""Telling those who keep the rules that one of them no longer works: once for each problem."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from deputies.accounts.models import Role, User
from deputies.accounts.queries import street_of
from deputies.organisations.models import STREET_KINDS, Organisation
from deputies.organisations.queries import bodies, district_of
from liaison.base.notices.models import Channel
from liaison.base.notices.services import Draft, queue
from opinions.matters.services import staff_of
from opinions.routing.access import may_keep_for
from opinions.routing.checks import Finding
from opinions.routing.findings import findings_in_force, findings_of, standing_sets
from opinions.routing.models import RuleSet

STREET_KEEPERS = (Role.STREET_STAFF, Role.STREET_SECRETARY, Role.STREET_CHAIR)


@transaction.atomic
def report(*, now: datetime, district: Organisation | None = None) -> int:
    """Look through the versions in force and tell of every problem that nobody was told of; returns how many stand.

    Run daily, and whenever bodies close or a district's version changes: running it twice tells nothing twice.
    """
    standing = 0
    for rule_set in standing_sets():
        if district is not None and rule_set.district_id != district.pk:
            continue
        with translation.override(settings.LANGUAGE_CODE):
            found = [one for one in findings_of(rule_set) if one.is_told]
            standing += len(found)
            if found:
                queue(_drafts(rule_set, found), now=now)
    return standing


def _drafts(rule_set: RuleSet, findings: Iterable[Finding]) -> Iterator[Draft]:
    people = _keepers(rule_set)
    for finding in findings:
        word = sha256(f"{finding.rule_id}:{finding.text}".encode()).hexdigest()[:20]
        subject = _("分派规则需要处理：%(problem)s") % {"problem": finding.told}
        for person in people:
            yield Draft(
                key=f"rules:{rule_set.pk}:{word}:{person.pk}", channel=Channel.IN_APP, recipient=person,
                subject=subject, link=f"/desk/routing/{rule_set.key}/",
            )  # fmt: skip


def _keepers(rule_set: RuleSet) -> list[User]:
    """Those who keep the rules; a street without staff leaves it to the district."""
    own = staff_of(organisation=rule_set.street, roles=STREET_KEEPERS) if rule_set.street else []
    return own or staff_of(organisation=rule_set.district, roles=(Role.DISTRICT_STAFF,))


def standing_problems(user: User) -> list[Finding]:
    """What those who keep the rules in force should put right, for a banner at their desk; nothing for anybody else."""
    body = bodies().get(street_of(user))
    street = body if body is not None and body.kind in STREET_KINDS else None
    if body is None or not may_keep_for(user, street):
        return []
    district = district_of(body)
    found = findings_in_force(district, street) if district else []
    return [one for one in found if one.is_told]
