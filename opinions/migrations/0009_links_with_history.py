"""The plain link tables go; relays and proposals are linked through the rows that keep history."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opinions", "0008_links_carried_over")]
    operations = [
        migrations.RemoveField(model_name="relay", name="deputies"),
        migrations.AddField(
            model_name="relay",
            name="deputies",
            field=models.ManyToManyField(related_name="+", through="opinions.Baton", to="deputies.deputy"),
        ),
        migrations.RemoveField(model_name="proposal", name="sources"),
        migrations.AddField(
            model_name="proposal",
            name="sources",
            field=models.ManyToManyField(
                related_name="proposals",
                through="opinions.ProposalSource",
                to="opinions.matter",
                verbose_name="来源事项",
            ),
        ),
    ]
