"""The empty roster file: header, invented examples, notes."""

from django.utils.translation import gettext as _

from deputies.roster.models import PublicField
from deputies.roster.services.rows import COLUMNS
from liaison.base.documents.xlsx import Sheet


def roster_template() -> Sheet:
    """The template of `import_roster`. The names of the columns are a contract and are not translated."""
    return Sheet(title=_("名册"), columns=COLUMNS, rows=_EXAMPLES, notes=_notes())


_EXAMPLES = (
    ("示例甲", "人大代表", "区", "6", "第1选区", "示例街道代表团", "法治组", "示例社区居民", "13800000001", "QX0001",
     "请填机构代码", "", "照片、职务、简介"),
    ("示例乙", "议政代表", "", "", "", "", "", "示例商户", "13800000002", "", "请填机构代码", "", "职务"),
)  # fmt: skip


def _notes() -> list[str]:
    fields = "、".join(str(field.label) for field in PublicField)
    return [
        _("第一行表头不要改动；第二、三行是示例，导入前请删除。"),
        _("姓名：必填。身份：人大代表（可不填）或议政代表；议政代表不填级别、届次、代表团。"),
        _("级别：全国、省、市、区（县）、镇（乡）。届次：数字或“第六届”，须已在基础数据中登记。"),
        _("选区：名称或代码。代表团、专业代表组：已登记的名称，多个组用顿号隔开。"),
        _("手机：11 位，加密保存，只用于通知，不公开。代表证号：同一届内不能重复。"),
        _("联系机构代码：街道工委、主席团、联络站或区人大的机构代码；街道人员可不填，默认本机构。"),
        _("驻点代码：联系点公示牌上的代码，多个用顿号隔开；只增加驻点，不取消已有驻点。"),
        _("公开项：代表本人同意公开的内容，可填：%(fields)s。不填即不公开。") % {"fields": fields},
        _("识别同一位代表：先看代表证号，再看手机，再看同机构的姓名。届次比名册中新的，按连任处理，二维码不变。"),
        _("已有代表的空白格不改原有内容。同一文件再导一次，什么也不会变。"),
        _("请先试读：有一行错误，就一行也不导入，并逐行列出原因。"),
    ]
