"""What supervision begins with comes by itself, once, and never over what staff changed."""

from io import StringIO

import pytest
from django.core.management import call_command

from liaison.run.prepare import load_reference
from supervision.escalation.models import Rung
from supervision.quality.models import ChecklistItem
from tests.factories.matters import HandlingWorld

pytestmark = pytest.mark.django_db


def kept() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    return list(Rung.objects.order_by("id").values_list()), list(ChecklistItem.objects.order_by("id").values_list())


def test_start_of_an_empty_system_brings_the_checklist_and_waits_for_a_district(db: None) -> None:
    load_reference()
    assert ChecklistItem.objects.exists()
    assert not Rung.objects.exists()


def test_each_start_leaves_what_staff_changed(world: HandlingWorld) -> None:
    load_reference()
    assert Rung.objects.filter(organisation=world.congress).exists()
    Rung.objects.filter(trigger="yellow").update(active=False, name="另起的名字")
    ChecklistItem.objects.filter(code="no_date").delete()
    before = kept()
    load_reference()
    assert kept() == before


def test_defaults_of_a_district_come_with_its_ladder_and_checklist(world: HandlingWorld) -> None:
    out = StringIO()
    call_command("load_defaults", stdout=out)
    assert f"{Rung.objects.count()} rungs, {ChecklistItem.objects.count()} checklist items" in out.getvalue()
    before = kept()
    call_command("load_defaults", stdout=out)
    assert kept() == before
