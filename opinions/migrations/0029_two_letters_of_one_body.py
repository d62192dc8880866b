"""A body that takes over from another may owe two letters about one matter, each with its clock.

The rule gets a new name, so that there is never none; the old one goes last, because its removal keeps readers out until
the end of the transaction.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opinions", "0028_lists_among_many")]
    operations = [
        migrations.AddConstraint(
            "clock",
            models.UniqueConstraint(
                fields=["matter", "kind", "organisation"],
                condition=models.Q(("stopped_at__isnull", True), models.Q(("kind", "letter"), _negated=True)),
                name="clock_one_running_by_body",
            ),
        ),
        migrations.RemoveConstraint("clock", "clock_one_running_per_body"),
    ]
