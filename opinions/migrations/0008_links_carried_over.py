"""What stood in two plain link tables goes into the rows that keep its history. By itself, since PostgreSQL cannot
change a table in the transaction that has filled it."""

from typing import Any

from django.db import migrations

EARLIER = "登记于接力棒记录启用之前。"


def carry_over(apps: Any, schema_editor: Any) -> None:
    """Every named deputy gets a part, every source a link. A relay that has its result leaves nothing to be done."""
    models = {name: apps.get_model("opinions", name) for name in ("Relay", "Baton", "Proposal", "ProposalSource")}
    for relay in models["Relay"].objects.select_related("matter").prefetch_related("deputies"):
        running = relay.matter.status == "relayed"
        state = {"status": "pending"} if running else {"status": "withdrawn", "ended_at": relay.at, "reason": EARLIER}
        models["Baton"].objects.bulk_create(
            models["Baton"](relay=relay, deputy=one, named_at=relay.at, **state) for one in relay.deputies.all()
        )
    for proposal in models["Proposal"].objects.prefetch_related("sources"):
        models["ProposalSource"].objects.bulk_create(
            models["ProposalSource"](
                proposal=proposal, matter=one, linked_by_id=proposal.created_by_id, linked_at=proposal.created_at
            )
            for one in proposal.sources.all()
        )


class Migration(migrations.Migration):
    dependencies = [("opinions", "0007_deputies_together")]
    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
