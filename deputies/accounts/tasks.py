"""For the worker: the kinds of background jobs of this capability."""

from deputies.accounts.proof_job import prove_ledger

__all__ = ["prove_ledger"]
