"""How many people were concerned when an issue was dismissed; for those dismissed before, as many as are known now."""

from django.db import migrations, models


def count_from_now(apps, schema_editor):
    issues = apps.get_model("opinions", "HotIssue").objects
    issues.filter(state="dismissed").update(people_then=models.F("people"))


class Migration(migrations.Migration):
    dependencies = [("opinions", "0017_exchange_encrypted")]

    operations = [
        migrations.AddField(
            model_name="hotissue",
            name="people_then",
            field=models.PositiveIntegerField(
                blank=True,
                null=True,
                help_text="people concerned when it was dismissed; stays when it came back by itself",
            ),
        ),
        migrations.RunPython(count_from_now, migrations.RunPython.noop),
    ]
