"""Which deputy a row of a roster file speaks of: by certificate, by telephone number, by name within the body."""

from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from deputies.roster.models import Deputy, Identity
from deputies.roster.services.deputies import Details
from deputies.roster.services.rows import BODY, CERTIFICATE, NAME, PHONE, TERM
from liaison.base.import_plans import BadCell
from liaison.base.privacy import blind_index


class Known:
    """The deputies on record, found without asking the database row by row.

    `reach` holds the bodies whose rosters the importer keeps; a match outside is refused, not changed.
    """

    def __init__(self, deputies: Iterable[Deputy], reach: frozenset[int] | None) -> None:
        self._reach = reach
        self._by_certificate: dict[tuple[str, str], list[Deputy]] = defaultdict(list)
        self._by_phone: dict[tuple[str, str, str], list[Deputy]] = defaultdict(list)
        self._by_name: dict[tuple[str, str, str, int], list[Deputy]] = defaultdict(list)
        for deputy in deputies:
            if deputy.certificate:
                self._by_certificate[deputy.level, deputy.certificate].append(deputy)
            if deputy.phone_index:
                self._by_phone[deputy.identity, deputy.level, deputy.phone_index].append(deputy)
            self._by_name[deputy.identity, deputy.level, deputy.name, deputy.organisation_id].append(deputy)

    def find(self, details: Details) -> Deputy | None:
        """The deputy on record, None for a new one. Raises BadCell when it cannot be told or must not be changed."""
        found = self._with_certificate(details) or self._with_phone(details) or self._with_name(details)
        if found is None:
            return None
        if self._reach is not None and found.organisation_id not in self._reach:
            raise BadCell(BODY, _("这位代表已登记在您管理范围以外的机构，请由上级人大办理。"))
        if found.term is not None and details.term is not None and details.term.number < found.term.number:
            raise BadCell(TERM, _("这位代表已登记为第 %(number)s 届代表。") % {"number": found.term.number})
        return found

    def _with_certificate(self, details: Details) -> Deputy | None:
        """Same number in the same term; in an earlier term only with the same name, since numbers start anew."""
        rows = self._by_certificate[details.level, details.certificate] if details.certificate else []
        same_term = [row for row in rows if row.term_id == (details.term and details.term.pk)]
        if same_term and same_term[0].name != details.name:
            raise BadCell(CERTIFICATE, _("这个代表证号已登记给“%(name)s”。") % {"name": self._said(same_term[0])})
        earlier = [row for row in rows if row.name == details.name and _same_congress(row, details)]
        return next(iter(same_term or earlier), None)

    def _with_phone(self, details: Details) -> Deputy | None:
        rows = self._by_phone[details.identity, details.level, blind_index(details.phone)] if details.phone else []
        rows = [row for row in rows if details.identity == Identity.CONSULTANT or _same_congress(row, details)]
        same = [row for row in rows if row.name == details.name]
        if rows and not same:
            raise BadCell(PHONE, _("这个手机号已登记给“%(name)s”，请核对。") % {"name": self._said(rows[0])})
        if len(same) > 1:
            raise BadCell(PHONE, _("有几位同名同号的代表，请填代表证号。"))
        return next(iter(same), None)

    def _with_name(self, details: Details) -> Deputy | None:
        """Same name in the same body, unless certificate or number tell them apart."""
        rows = self._by_name[details.identity, details.level, details.name, details.organisation.pk]
        rows = [row for row in rows if not _differ(row.certificate, details.certificate)]
        if len(rows) > 1:
            raise BadCell(NAME, _("这个机构有几位同名代表，请填手机或代表证号。"))
        if rows and _differ(rows[0].phone, details.phone):
            raise BadCell(PHONE, _("已有同名代表但手机不同。同一人请先在名册中改手机，另一人请填代表证号。"))
        return next(iter(rows), None)

    def _said(self, deputy: Deputy) -> str:
        """The name, told only to those who keep that roster."""
        return deputy.name if self._reach is None or deputy.organisation_id in self._reach else "***"


def _same_congress(deputy: Deputy, details: Details) -> bool:
    """Whether both belong to the same congress, whatever the term."""
    return bool(deputy.term and details.term and deputy.term.division_id == details.term.division_id)


def _differ(known: str, said: str) -> bool:
    return bool(known and said and known != said)
