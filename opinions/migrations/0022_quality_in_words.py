"""What was found wrong stands beside a matter's mark of quality; ratings are read by day.

SQLite makes the table of matters anew for the constraint and loses the triggers of the search; they are put back.
"""

from importlib import import_module

from django.db import migrations, models
from django.db.models import Q

restore_search = import_module("opinions.migrations.0005_rules_in_groups").restore_search


class Migration(migrations.Migration):
    dependencies = [
        ("opinions", "0021_supervision_seams"),
    ]

    operations = [
        migrations.AddField(
            model_name="matter",
            name="quality_note",
            field=models.CharField(blank=True, help_text="what was found wrong, in words", max_length=60),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=Q(quality__isnull=False), fields=["quality", "due_on", "id"], name="matter_quality_marked"
            ),
        ),
        migrations.AddConstraint(
            model_name="matter",
            constraint=models.CheckConstraint(
                condition=Q(quality__isnull=False) | Q(quality_note=""), name="matter_quality_note_has_mark"
            ),
        ),
        migrations.AddIndex(model_name="rating", index=models.Index(fields=["at"], name="rating_at")),
        migrations.RunPython(restore_search, migrations.RunPython.noop, elidable=True),
    ]
