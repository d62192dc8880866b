"""Clocks with pauses are found at once when a calendar is imported, and indexes keep nothing that nobody asks for.

Those of holders and deputies leave out the matters that have none. Django makes one for the beginnings of a unique
text; a matter is looked up by its whole code. An upgrade builds five indexes: seconds for a million matters.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opinions", "0025_fewer_indexes"),
    ]

    operations = [
        migrations.RunSQL("DROP INDEX IF EXISTS opinions_matter_code_933725c8_like", migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="matter", name="matter_holder_due"),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("holder__isnull", False)),
                fields=["holder", "due_on", "id"],
                name="matter_holder_due",
            ),
        ),
        migrations.RemoveIndex(model_name="matter", name="matter_deputy_due"),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("holder_deputy__isnull", False)),
                fields=["holder_deputy", "due_on", "id"],
                name="matter_deputy_due",
            ),
        ),
        migrations.RemoveIndex(model_name="matter", name="matter_asked_due"),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("deputy__isnull", False)),
                fields=["deputy", "due_on", "id"],
                name="matter_asked_due",
            ),
        ),
        migrations.RemoveIndex(model_name="matter", name="matter_deputy"),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("deputy__isnull", False)), fields=["deputy", "-id"], name="matter_deputy"
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(
                    ("stopped_at__isnull", True),
                    models.Q(("paused_on__isnull", False), models.Q(("pauses", []), _negated=True), _connector="OR"),
                ),
                fields=["matter"],
                name="clock_paused",
            ),
        ),
    ]
