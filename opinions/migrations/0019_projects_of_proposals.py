import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opinions", "0018_hot_issues_come_back")]

    operations = [
        migrations.AddField(
            model_name="plan",
            name="proposal",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="project",
                to="opinions.proposal",
                verbose_name="来自建议",
            ),
        ),
    ]
