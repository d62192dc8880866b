"""Exchange with outside systems. Its ledger is append-only for the database as well (see base 0003)."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import liaison.base.encryption

MESSAGE = "The ledger of the exchange is append-only."
PROTECT = {
    "postgresql": f"""
CREATE FUNCTION opinions_entry_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER opinions_entry_append_only BEFORE UPDATE OR DELETE ON opinions_entry
  FOR EACH ROW EXECUTE FUNCTION opinions_entry_append_only();
""",
    "sqlite": f"""
CREATE TRIGGER opinions_entry_append_only BEFORE UPDATE ON opinions_entry
BEGIN
  SELECT RAISE(ABORT, '{MESSAGE}');
END;
""",
}
UNDO = {
    "postgresql": """
DROP TRIGGER opinions_entry_append_only ON opinions_entry;
DROP FUNCTION opinions_entry_append_only();
""",
    "sqlite": "DROP TRIGGER opinions_entry_append_only;",
}


def _run(schema_editor: Any, statements: dict[str, str]) -> None:
    """The statements of this database as one script."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(statements[schema_editor.connection.vendor].strip().removesuffix(";"))


def protect(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, PROTECT)


def unprotect(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, UNDO)


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0003_ledger_append_only"),
        ("deputies", "0001_initial"),
        ("opinions", "0005_rules_in_groups"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='代号')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('kind', models.CharField(choices=[('grid', '网格系统'), ('hotline', '12345 热线')], max_length=10, verbose_name='类型')),
                ('ways', models.CharField(choices=[('in', '只接收对方的工单'), ('out', '只向对方发出工单'), ('both', '双向')], default='both', max_length=5, verbose_name='方向')),
                ('adapter', models.CharField(choices=[('console', '控制台（演练用，不出系统）'), ('http', 'HTTPS 接口'), ('file', '文件交换')], max_length=10, verbose_name='对接方式')),
                ('address', models.CharField(blank=True, max_length=300, verbose_name='接口地址')),
                ('secret', liaison.base.encryption.EncryptedCharField(blank=True, max_length=300)),
                ('timeout', models.PositiveSmallIntegerField(default=10, verbose_name='等待时间（秒）')),
                ('active', models.BooleanField(default=False, verbose_name='启用')),
                ('created_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='deputies.organisation', verbose_name='所属街道或区')),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('count', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('stored', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='base.storedfile')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='opinions.partner')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(choices=[('in', '收到'), ('out', '发出')], max_length=3, verbose_name='方向')),
                ('kind', models.CharField(choices=[('order', '工单'), ('status', '办理进展'), ('result', '办理结果'), ('statement', '对账清单')], max_length=10, verbose_name='内容')),
                ('number', models.CharField(blank=True, max_length=80, verbose_name='对方编号')),
                ('code', models.CharField(blank=True, max_length=16, verbose_name='本系统编号')),
                ('body_hash', models.CharField(max_length=64, verbose_name='内容指纹')),
                ('outcome', models.CharField(choices=[('taken', '已接收'), ('repeated', '重复，未再登记'), ('updated', '内容有变，待核对'), ('late', '迟到的进展，只记账'), ('sent', '已送出'), ('handed', '已随文件交接'), ('retry', '未送达，稍后再发'), ('refused', '被拒绝'), ('failed', '未送达，不再自动发'), ('uncertain', '是否送达不明')], max_length=10, verbose_name='结果')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='说明')),
                ('attempts', models.PositiveSmallIntegerField(default=1, verbose_name='次数')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='opinions.partner')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rows', models.JSONField(default=dict)),
                ('since', models.DateField(blank=True, null=True, verbose_name='起始日期')),
                ('source', models.CharField(max_length=120)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='statement', to='opinions.partner')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='UsedNonce',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.CharField(max_length=64)),
                ('at', models.DateTimeField(db_index=True)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='opinions.partner')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='WorkOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('way', models.CharField(choices=[('in', '收到'), ('out', '发出')], max_length=3)),
                ('number', models.CharField(blank=True, max_length=80, verbose_name='对方编号')),
                ('state', models.CharField(choices=[('taken', '已接收'), ('queued', '待发送'), ('sent', '已送出'), ('accepted', '对方已受理'), ('processing', '对方办理中'), ('done', '对方已办结'), ('refused', '对方未接收'), ('failed', '未送达'), ('uncertain', '是否送达不明')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('pushes', models.PositiveSmallIntegerField(default=0, help_text='how often it was pushed, repetitions by staff')),
                ('held', models.JSONField(blank=True, default=dict)),
                ('held_hash', models.CharField(blank=True, max_length=64)),
                ('update', models.JSONField(blank=True, null=True)),
                ('update_hash', models.CharField(blank=True, max_length=64)),
                ('updated_at', models.DateTimeField(blank=True, null=True)),
                ('news_at', models.DateTimeField(blank=True, help_text="the partner's own time of its last report", null=True)),
                ('told_hash', models.CharField(blank=True, max_length=64)),
                ('told_version', models.PositiveIntegerField(default=0)),
                ('handed_hash', models.CharField(blank=True, max_length=64)),
                ('handed_version', models.PositiveIntegerField(default=0)),
                ('settled', models.BooleanField(default=False, help_text='ended, and the end was told')),
                ('created_at', models.DateTimeField()),
                ('matter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='work_orders', to='opinions.matter')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='opinions.partner')),
                ('pushed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Dispatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=80, unique=True)),
                ('kind', models.CharField(choices=[('order', '工单'), ('status', '办理进展'), ('result', '办理结果'), ('statement', '对账清单')], max_length=10)),
                ('body', models.TextField()),
                ('body_hash', models.CharField(max_length=64)),
                ('status', models.CharField(choices=[('pending', '待发送'), ('sending', '发送中'), ('sent', '已送出'), ('refused', '对方未接收'), ('failed', '未送达'), ('uncertain', '是否送达不明')], default='pending', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField(help_text='not before; the lease end while sending')),
                ('created_at', models.DateTimeField()),
                ('error', models.CharField(blank=True, max_length=300)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='opinions.partner')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='dispatches', to='opinions.workorder')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=models.CheckConstraint(condition=models.Q(('timeout__gte', 1), ('timeout__lte', 60)), name='partner_timeout_sensible'),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('adapter', 'http'), _negated=True), models.Q(('address', ''), _negated=True), ('active', False), ('ways', 'in'), _connector='OR'), name='partner_http_has_address'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['partner', '-id'], name='exchange_entry_partner'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['partner', 'number'], name='exchange_entry_number'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['code'], name='exchange_entry_code'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['partner', 'body_hash'], name='exchange_entry_hash'),
        ),
        migrations.AddConstraint(
            model_name='usednonce',
            constraint=models.UniqueConstraint(fields=('partner', 'nonce'), name='nonce_once'),
        ),
        migrations.AddIndex(
            model_name='workorder',
            index=models.Index(fields=['partner', 'id'], name='work_order_partner'),
        ),
        migrations.AddIndex(
            model_name='workorder',
            index=models.Index(condition=models.Q(('settled', False), ('way', 'in')), fields=['id'], name='work_order_to_tell'),
        ),
        migrations.AddIndex(
            model_name='workorder',
            index=models.Index(condition=models.Q(('updated_at__isnull', False)), fields=['id'], name='work_order_updates'),
        ),
        migrations.AddConstraint(
            model_name='workorder',
            constraint=models.UniqueConstraint(fields=('partner', 'matter'), name='work_order_once'),
        ),
        migrations.AddConstraint(
            model_name='workorder',
            constraint=models.UniqueConstraint(condition=models.Q(('number', ''), _negated=True), fields=('partner', 'number'), name='work_order_number_once'),
        ),
        migrations.AddConstraint(
            model_name='workorder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('update__isnull', True), ('updated_at__isnull', True)), models.Q(('update__isnull', False), ('updated_at__isnull', False)), _connector='OR'), name='work_order_update_has_time'),
        ),
        migrations.AddIndex(
            model_name='dispatch',
            index=models.Index(fields=['status', 'due_at', 'id'], name='dispatch_due'),
        ),
        migrations.AddIndex(
            model_name='dispatch',
            index=models.Index(fields=['order', 'status', 'id'], name='dispatch_order'),
        ),
        migrations.RunPython(protect, unprotect),
    ]  # fmt: skip
