"""An index that says nothing which `event_by_at` does not say; every event kept it up.

Django would build the table anew on SQLite for this, and the trigger that keeps the ledger would go with the old one.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

INDEX = "base_event_by_id_c6239906"


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0003_ledger_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"DROP INDEX IF EXISTS {INDEX}", f"CREATE INDEX {INDEX} ON base_event (by_id)")
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="event",
                    name="by",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
