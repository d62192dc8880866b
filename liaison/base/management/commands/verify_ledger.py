"""Prove the ledger."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from liaison.base.audit.proof import Proof, prove


class Command(BaseCommand):
    """`verify_ledger [--chain NAME]`: walks every chain; exit code 1 where one does not hold."""

    help = "Walk every chain of the ledger and report where one was changed, cut or reordered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--chain", default="", metavar="NAME", help="only this chain, e.g. matter:42")

    def handle(self, *args: Any, **options: Any) -> None:
        proof = prove(options["chain"])
        if not proof.holds:
            raise CommandError(_told(proof))
        self.stdout.write(_told(proof))


def _told(proof: Proof) -> str:
    breaks = [f"{broken.chain} event {broken.seq}: {broken.fault.value}" for broken in proof.breaks]
    return "\n".join([*breaks, f"chains {proof.chains}, events {proof.events}, broken chains {len(breaks)}"])
