"""A body that takes over from another may owe two letters about one matter, each with its clock."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opinions", "0028_lists_among_many")]
    operations = [
        migrations.RemoveConstraint("clock", "clock_one_running_per_body"),
        migrations.AddConstraint(
            "clock",
            models.UniqueConstraint(
                fields=["matter", "kind", "organisation"],
                condition=models.Q(("stopped_at__isnull", True), models.Q(("kind", "letter"), _negated=True)),
                name="clock_one_running_per_body",
            ),
        ),
    ]
