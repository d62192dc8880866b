"""Indexes for lists of open matters by category and by the time of opening, and of what a body returned but answers for.

An upgrade builds three indexes, meanwhile nobody writes to the two tables, but everybody reads: some ten seconds for a
million matters. What they replace goes last, because its removal keeps readers out until the end of the transaction.
"""

from django.db import migrations, models

BY_CATEGORY = [
    "category", "due_on", "id", "status", "tier", "warn_on", "quality", "opened_at", "district", "street",
]  # fmt: skip
BY_STATUS_AGE = ["status", "opened_at", "id", "tier", "category", "district", "street"]


class Migration(migrations.Migration):
    dependencies = [
        ("opinions", "0031_open311"),
    ]

    operations = [
        migrations.AddIndex(model_name="matter", index=models.Index(fields=BY_CATEGORY, name="matter_category_by_due")),
        migrations.AddIndex(model_name="matter", index=models.Index(fields=BY_STATUS_AGE, name="matter_status_opened")),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("liable", True), ("status", "returned")),
                fields=["organisation", "matter"],
                name="assignment_still_liable",
            ),
        ),
        migrations.RemoveIndex(model_name="matter", name="matter_category_due"),
    ]
