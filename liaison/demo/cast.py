"""Who acts in the demo's stories: the people of the built district, found again by office."""

from collections.abc import Iterable

from deputies.accounts.models import Role, User
from deputies.contact_points.models import ContactPoint
from deputies.organisations.models import Division, Organisation, OrganisationKind
from deputies.organisations.queries import street_committees_of, street_office_of
from deputies.roster.models import CongressLevel, Deputy, Identity
from liaison.demo.accounts import SHOWN
from liaison.demo.source import data


class Cast:
    """People and bodies by what they are."""

    def __init__(self, congress: Organisation) -> None:
        self.congress = congress
        self.committees = street_committees_of(congress)
        users = User.objects.select_related("organisation__division")
        self._users = {(user.organisation_id, user.role): user for user in users.exclude(role=Role.DEPUTY)}
        self._communities = list(Division.objects.filter(level="community").order_by("code"))
        held = Deputy.objects.active().select_related("user", "helper", "organisation", "electoral_district")
        self.deputies = list(held.order_by("id"))
        self.shown = next(one for one in self.deputies if one.user and one.user.username == SHOWN[Role.DEPUTY])
        self._points = list(
            ContactPoint.objects.filter(active=True).select_related("electoral_district").order_by("id")
        )

    def at(self, organisation: Organisation, role: Role) -> User:
        """The person in this office of a body."""
        return self._users[organisation.pk, role]

    def staff(self, committee: Organisation) -> User:
        return self.at(committee, Role.STREET_STAFF)

    def officer(self, committee: Organisation) -> User:
        return self.at(committee, Role.LIAISON_OFFICER)

    def handler(self, body: Organisation) -> User:
        return self.at(body, Role.HANDLER)

    def head(self, body: Organisation) -> User:
        return self.at(body, Role.DEPARTMENT_HEAD)

    @property
    def district(self) -> User:
        return self.at(self.congress, Role.DISTRICT_STAFF)

    def handling_body(self, body: Organisation | None, division: Division) -> Organisation:
        """The suggested body where somebody works in it, else the street's office."""
        if body is not None and (body.pk, Role.HANDLER) in self._users:
            return body
        office = street_office_of(division)
        assert office is not None  # noqa: S101 - every street of the demo has one
        return office

    def department(self, code: str) -> Organisation:
        return Organisation.objects.get(code=f"YT-{code}", kind=OrganisationKind.DEPARTMENT)

    def communities(self, committee: Organisation) -> list[Division]:
        return [one for one in self._communities if one.parent_id == committee.division_id]

    def reachable(self, committee: Organisation) -> list[Deputy]:
        """Deputies of a street whom a resident can address: with an account, in office, no consultants."""
        return [
            one
            for one in self.deputies
            if one.organisation_id == committee.pk and one.user and one.identity == Identity.DEPUTY
        ]

    def above(self, level: CongressLevel) -> list[Deputy]:
        return [one for one in self.deputies if one.level == level]

    def points(self, committee: Organisation) -> list[ContactPoint]:
        return [one for one in self._points if one.organisation_id == committee.pk]


def estate_of(division: Division) -> str:
    """What residents call the place where they live: 栖云社区 → 栖云小区; a village keeps its name."""
    stem = division.name.removesuffix("社区")
    return stem if stem.endswith(("村", "里")) else f"{stem}小区"


def issues() -> Iterable[dict]:
    return data("opinions")["issue"]
