"""Categories, responsibilities, limits and reasons for tests."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from liaison.base.workdays.arithmetic import Unit
from opinions.catalog.models import Category, ClockKind, Reason, ReasonKind, Responsibility, TimeLimitPolicy
from tests.factories.organisations import OrganisationFactory


class CategoryFactory(DjangoModelFactory[Category]):
    """A category of the first level."""

    class Meta:
        model = Category

    code = factory.Sequence(lambda n: f"kind{n}")
    name = factory.Sequence(lambda n: f"第{n}类")


class ResponsibilityFactory(DjangoModelFactory[Responsibility]):
    """`ResponsibilityFactory(category=…, district=world.congress, organisation=world.department)`."""

    class Meta:
        model = Responsibility

    category = factory.SubFactory(CategoryFactory)
    district = factory.SubFactory(OrganisationFactory)
    organisation = factory.SubFactory(OrganisationFactory)


class PolicyFactory(DjangoModelFactory[TimeLimitPolicy]):
    """Seven working days to reply, everywhere, since the beginning of 2026."""

    class Meta:
        model = TimeLimitPolicy

    clock = ClockKind.REPLY
    amount = 7
    unit = Unit.WORKING_DAYS
    valid_from = date(2026, 1, 1)
    basis = "示例办法"


class ReasonFactory(DjangoModelFactory[Reason]):
    """A reason for declining."""

    class Meta:
        model = Reason

    kind = ReasonKind.DECLINE
    code = factory.Sequence(lambda n: f"reason{n}")
    name = factory.Sequence(lambda n: f"理由{n}")
