"""What is exchanged is encrypted at rest; a secret that was changed holds on until a stated moment.

What stands there already is encrypted too, and loses name and telephone, which stand with the reporter. There is no way
back: personal data do not go back into the clear.
"""

import django.db.models.deletion
from django.db import migrations, models

import liaison.base.encryption

BATCH = 500
CONTACT = ("name", "phone")


def encrypt(apps, schema_editor):
    orders, dispatches = (apps.get_model("opinions", name).objects for name in ("WorkOrder", "Dispatch"))
    for part in _parts(orders):
        for order in part:
            order.held = {name: text for name, text in order.held.items() if name not in CONTACT}
        orders.bulk_update(part, ["held", "update"])
    for part in _parts(dispatches):
        dispatches.bulk_update(part, ["body"])


def _parts(rows):
    last = 0
    while part := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = part[-1].pk
        yield part


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0003_ledger_append_only"),
        ("deputies", "0001_initial"),
        ("opinions", "0016_files_of_bodies"),
    ]

    operations = [
        migrations.AddField(
            model_name="partner",
            name="former_secret",
            field=liaison.base.encryption.EncryptedCharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name="partner",
            name="former_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="dispatch",
            name="body",
            field=liaison.base.encryption.EncryptedTextField(blank=True),
        ),
        migrations.AlterField(
            model_name="handover",
            name="stored",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="base.storedfile",
            ),
        ),
        migrations.AlterField(
            model_name="workorder",
            name="held",
            field=liaison.base.encryption.EncryptedTexts(blank=True, default=dict),
        ),
        migrations.AlterField(
            model_name="workorder",
            name="update",
            field=liaison.base.encryption.EncryptedTexts(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="partner",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("former_secret", ""), ("former_until__isnull", True)),
                    models.Q(models.Q(("former_secret", ""), _negated=True), ("former_until__isnull", False)),
                    _connector="OR",
                ),
                name="partner_former_secret_has_end",
            ),
        ),
        migrations.RunPython(encrypt),
    ]
