"""Proving a large ledger takes longer than a page may: the worker does it and the auditor fetches the report."""

from django.utils.translation import gettext as _

from deputies.accounts.access import can
from liaison.base.audit.proof import prove
from liaison.base.jobs.kinds import Product, Progress, job
from liaison.base.jobs.models import Job

KIND = "audit.proof"


@job(KIND, allows=can)
def prove_ledger(row: Job, progress: Progress) -> Product:
    """The report as plain text."""
    proof = prove(progress=progress)
    words = {"chains": proof.chains, "events": proof.events, "breaks": len(proof.breaks)}
    lines = [_("链 %(chains)d 条，记录 %(events)d 条，断开 %(breaks)d 条。") % words]
    lines += [f"{broken.chain} #{broken.seq}  {broken.fault.label}" for broken in proof.breaks]
    return Product("ledger-proof.txt", "\n".join(lines).encode("utf-8-sig"), "text/plain; charset=utf-8")
