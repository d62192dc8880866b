"""`route simulate`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from opinions.rehearsal.models import Rehearsal
from opinions.routing.models import Rule, RuleSet
from tests.factories.matters import NOW, HandlingWorld, open_matter

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("route", "simulate", *arguments, stdout=out)
    return out.getvalue()


def test_simulation_prints_the_tables_and_is_kept(world: HandlingWorld, draft: RuleSet) -> None:
    open_matter(world)
    Rule.objects.filter(rule_set=draft).exclude(order=1).delete()
    told = run("--district", "RD", "--version", "2", "--from", "2026-11-01", "--to", f"{NOW:%Y-%m-%d}")
    assert "1 件，其中 1 件会不同" in told
    assert "没有相符的规则，待人工分派" in told
    made = Rehearsal.objects.get()
    assert (made.by, made.differences.count()) == (None, 1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--version", "1", "--district", "XX"], "没有编码为 XX"),
        (["--version", "9", "--district", "RD"], "没有版本 9"),
        (["--version", "1", "--district", "RD", "--against", "9"], "没有版本 9"),
        (["--version", "1", "--district", "RD", "--street", "XX"], "没有编码为 XX"),
        (["--version", "1", "--district", "RD", "--from", "2026-02-30"], "2026-01-31"),
        (["--version", "1", "--district", "RD", "--from", "2026-02-03", "--to", "2026-02-01"], "早于"),
        (["--version", "1", "--district", "RD", "--from", "2026-02-03", "--to", "2026-02-04"], "没有民情民意"),
    ],
)
def test_bad_arguments_are_told_in_a_sentence(world: HandlingWorld, arguments: list[str], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        run(*arguments)
