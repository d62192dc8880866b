"""Indexes by which every list of the desk is read in its order.

An upgrade builds twelve indexes and locks writing to two tables meanwhile: half a minute for a million matters.
"""

from django.db import migrations, models

NARROWING = ["due_on", "status", "tier", "category", "warn_on", "quality", "opened_at"]
BY_DUE = ["due_on", "id", *NARROWING[1:]]


class Migration(migrations.Migration):
    dependencies = [
        ("opinions", "0023_promises"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("extension", "open")), fields=["matter"], name="assignment_asks_more_time"
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("objection", "open")), fields=["matter"], name="assignment_asks_to_return"
            ),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("by_link", True), ("status__in", ["pending", "signed"])),
                fields=["matter"],
                name="assignment_by_link",
            ),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=BY_DUE, name="matter_by_due"),
        ),
        migrations.RemoveIndex(model_name="matter", name="matter_street_due"),
        migrations.AddIndex(
            model_name="matter", index=models.Index(fields=["street", *BY_DUE], name="matter_street_by_due")
        ),
        migrations.RemoveIndex(model_name="matter", name="matter_district_due"),
        migrations.AddIndex(
            model_name="matter", index=models.Index(fields=["district", *BY_DUE], name="matter_district_by_due")
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["category", "due_on", "id"], name="matter_category_due"),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["deputy", "due_on", "id"], name="matter_asked_due"),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["opened_at", "id"], name="matter_opened"),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["id", "street", "district", *NARROWING], name="matter_narrowed"),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(condition=models.Q(("fast_lane", True)), fields=["district", "id"], name="matter_fast"),
        ),
    ]
