"""The empty file of the register: header, invented examples, notes."""

from django.utils.translation import gettext as _

from deputies.contact_points.register_rows import COLUMNS
from liaison.base.documents.xlsx import Sheet


def register_template() -> Sheet:
    """The template of `import_contact_points`. The names of the columns are a contract and are not translated."""
    return Sheet(title=_("联系点"), columns=COLUMNS, rows=_EXAMPLES, notes=_notes())


_EXAMPLES = (
    ("", "示例代表之家", "代表之家", "", "请填机构名称或代码", "", "",
     "示例路 1 号", "0000-0000000", "每月 15 日", "", ""),
    ("", "示例联络站", "代表联络站", "示例代表之家", "请填机构名称或代码", "示例社区", "第1选区",
     "示例路 2 号", "", "工作日", "30.123456", "120.123456"),
)  # fmt: skip


def _notes() -> list[str]:
    return [
        _("第一行表头不要改动；第二、三行是示例，导入前请删除。"),
        _("名称、类别、地址：必填。类别：代表之家、代表工作室、代表联络站、民情民意联系点，也可以只写家、室、站、点。"),
        _("代码：二维码里的代码，只在修改已有联系点时填；新登记的留空，由系统生成。"),
        _("上级：已登记的或本表里的联系点，写名称或代码；上级须比它高一级以上。"),
        _("管理机构：名称或代码；街道人员可不填，默认本机构。所在社区：名称或代码，须在管理机构的辖区内。"),
        _("选区：名称或代码。纬度、经度：十进制度数，要么都填，要么都不填。"),
        _("识别同一个联系点：先看代码，没有代码看同一机构里的名称。已有联系点的空白格不改原有内容。"),
        _("请先试读：有一行错误，就一行也不导入，并逐行列出原因。同一文件再导一次，什么也不会变。"),
    ]
