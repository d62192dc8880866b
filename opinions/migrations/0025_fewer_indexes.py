"""Indexes that say nothing which a longer one does not say; every write to a matter kept them up.

Django would build the table anew on SQLite for this, and the search triggers would go with the old one.
"""

import django.db.models.deletion
from django.db import migrations, models

REDUNDANT = {
    "category_id": "opinions_matter_category_id_ba54a39d",
    "deputy_id": "opinions_matter_deputy_id_22bd4ea9",
    "district_id": "opinions_matter_district_id_02754b0d",
    "holder_deputy_id": "opinions_matter_holder_deputy_id_87150859",
    "holder_id": "opinions_matter_holder_id_5a299823",
    "merged_into_id": "opinions_matter_merged_into_id_a052a663",
    "street_id": "opinions_matter_street_id_d7a816dd",
}
"""Indexes by their columns: a longer index begins with each; few matters are merged, and those have one that is new."""


class Migration(migrations.Migration):
    dependencies = [
        ("deputies", "0002_sign_in_places"),
        ("opinions", "0024_desk_lists"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"DROP INDEX IF EXISTS {name}", f"CREATE INDEX {name} ON opinions_matter ({column})")
                for column, name in REDUNDANT.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="matter",
                    name="category",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="opinions.category",
                        verbose_name="类别",
                    ),
                ),
                migrations.AlterField(
                    model_name="matter",
                    name="deputy",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="deputies.deputy",
                        verbose_name="接件代表",
                    ),
                ),
                migrations.AlterField(
                    model_name="matter",
                    name="district",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="deputies.organisation",
                        verbose_name="区人大",
                    ),
                ),
                migrations.AlterField(
                    model_name="matter",
                    name="holder",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="deputies.organisation",
                        verbose_name="当前办理",
                    ),
                ),
                migrations.AlterField(
                    model_name="matter",
                    name="holder_deputy",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="deputies.deputy",
                    ),
                ),
                migrations.AlterField(
                    model_name="matter",
                    name="merged_into",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="opinions.matter",
                        verbose_name="并入",
                    ),
                ),
                migrations.AlterField(
                    model_name="matter",
                    name="street",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="deputies.organisation",
                        verbose_name="街道工委",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="matter_merged_into"
            ),
        ),
    ]
