from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("opinions", "0026_paused_clocks"),
    ]

    operations = [
        migrations.AddField(
            model_name="opinion",
            name="campaign",
            field=models.PositiveIntegerField(
                blank=True, help_text="the announced activity of a floor above whose page led here", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="opinion",
            index=models.Index(
                condition=models.Q(("campaign__isnull", False)), fields=["campaign"], name="opinion_campaign"
            ),
        ),
    ]
