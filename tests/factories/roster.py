"""Terms, groups, deputies."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import factory
from factory.django import DjangoModelFactory

from deputies.organisations.models import DivisionLevel
from deputies.roster.models import ChatGroup, CongressLevel, Delegation, Deputy, Group, GroupKind, Identity, Term
from liaison.base.codes import new_plaque_code

DIVISION = "tests.factories.organisations.DivisionFactory"
ORGANISATION = "tests.factories.organisations.OrganisationFactory"


class TermFactory(DjangoModelFactory[Term]):
    """A running term of the district's congress."""

    class Meta:
        model = Term

    level = CongressLevel.COUNTY
    number = factory.Sequence(lambda n: n % 30_000 + 1)
    division = factory.SubFactory(DIVISION, level=DivisionLevel.COUNTY)
    starts_on = date(2026, 1, 10)


class DelegationFactory(DjangoModelFactory[Delegation]):
    class Meta:
        model = Delegation

    term = factory.SubFactory(TermFactory)
    name = factory.Sequence(lambda n: f"第{n + 1}代表团")


class GroupFactory(DjangoModelFactory[Group]):
    """A professional group."""

    class Meta:
        model = Group

    name = factory.Sequence(lambda n: f"专业代表组{n + 1}")
    kind = GroupKind.PROFESSIONAL
    organisation = factory.SubFactory(ORGANISATION)


class ChatGroupFactory(DjangoModelFactory[ChatGroup]):
    class Meta:
        model = ChatGroup

    name = factory.Sequence(lambda n: f"网格群{n + 1}")
    division = factory.SubFactory(DIVISION)
    organisation = factory.SubFactory(ORGANISATION)
    keeper = "示例管理员"


class DeputyFactory(DjangoModelFactory[Deputy]):
    """An active deputy of the district; `groups=[...]` joins groups, `user=` gives an account."""

    class Meta:
        model = Deputy
        skip_postgeneration_save = True

    code = factory.LazyFunction(new_plaque_code)
    identity = Identity.DEPUTY
    name = factory.Sequence(lambda n: f"示例代表{n + 1}")
    pinyin = factory.Sequence(lambda n: f"shi lidaibiao{n + 1:06d}")
    initials = "sldb"
    level = CongressLevel.COUNTY
    term = factory.SubFactory(TermFactory)
    organisation = factory.SubFactory(ORGANISATION)
    certificate = factory.Sequence(lambda n: f"QX{n + 1:06d}")

    @factory.post_generation
    def groups(self, create: bool, extracted: Iterable[Group] | None, **kwargs: Any) -> None:
        if create and extracted:
            self.groups.set(extracted)  # type: ignore[attr-defined]


class ConsultantFactory(DeputyFactory):
    """A street's consultant deputy: no level, no term, no certificate."""

    identity = Identity.CONSULTANT
    name = factory.Sequence(lambda n: f"示例议政{n + 1}")
    level = ""
    term = None
    certificate = ""
