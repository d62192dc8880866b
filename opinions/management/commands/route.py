"""Looking into routing from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from liaison.base.codes import normalise
from opinions.management.simulating import add_simulation, simulate
from opinions.matters.models import Matter
from opinions.routing.findings import findings_of, standing_sets
from opinions.routing.queries import names, raised_of
from opinions.routing.services import plan
from opinions.routing.wording import Why, in_words, why


class Command(BaseCommand):
    """`route explain CODE` tells why an opinion went where it went; `route check` looks for faults in the rules;
    `route simulate` replays a version over the past."""

    help = (
        "explain CODE: why an opinion went where it went, and where it would go now; check: faults in active rules; "
        "simulate --district CODE --version N: what a version would have done"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        explain = actions.add_parser("explain", help="why an opinion went where it went")
        explain.add_argument("code", help="tracking code of the opinion")
        actions.add_parser("check", help="look for faults in the rules in force")
        add_simulation(actions.add_parser("simulate", help="replay a version over past opinions; changes no matter"))

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "explain":
            self._explain(normalise(options["code"]))
        elif options["action"] == "simulate":
            simulate(self.stdout, options)
        else:
            self._check()

    def _explain(self, code: str) -> None:
        matter = Matter.objects.select_related("division", "street", "district", "category").filter(code=code).first()
        if matter is None:
            raise CommandError(f"没有编号为 {code} 的事项。")
        self.stdout.write(str(matter))
        for told in reversed(why(matter)):
            self._tell(f"{timezone.localtime(told.decision.at):%Y-%m-%d %H:%M}", told)
        if hasattr(matter, "opinion"):
            now = plan(raised_of(matter), now=timezone.now())
            self._tell("按现行规则", in_words(now.decision, names()))

    def _tell(self, when: str, told: Why) -> None:
        whom = told.whom or told.decision.problem
        self.stdout.write(f"\n{when} · 规则版本 {told.version or '无'} → {told.tier or '人工分派'} {whom}")
        if told.decision.overridden_by:
            self.stdout.write(f"  由 {told.decision.overridden_by} 改派：{told.decision.reason}")
        for term in told.terms:
            self.stdout.write(f"  {term}")
        for trial in [*told.passed, *([told.fired] if told.fired else [])]:
            self.stdout.write(f"  {'✓' if trial.matched else '✗'} {trial.order}. {trial.owner}{trial.name}")
            for asked in trial.asked:
                self.stdout.write(f"      {'✓' if asked.held else '✗'} {asked.text}（{asked.seen}）")

    def _check(self) -> None:
        bad = 0
        for rule_set in standing_sets():
            findings = findings_of(rule_set)
            bad += sum(not one.warning for one in findings)
            told = "\n".join(f"  {'!' if one.warning else '✗'} {one.told}" for one in findings) or "  没有发现问题"
            self.stdout.write(f"{(rule_set.street or rule_set.district).name} 版本 {rule_set.version}\n{told}")
        if bad:
            raise CommandError(f"{bad} 处问题需要处理。")
