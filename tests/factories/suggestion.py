"""Invented messages with labels, for training small models, and a small model in use."""

import random
import shutil
from datetime import datetime
from pathlib import Path

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from opinions.suggestion.labelled import Labelled, material_of
from opinions.suggestion.learning import train_folder
from opinions.suggestion.models import SuggestionModel
from opinions.suggestion.predictor import models_folder
from opinions.suggestion.services import activate, register, set_threshold
from opinions.suggestion.storing import read

POOLS: dict[str, tuple[str, ...]] = {
    "urban.lighting": ("路灯不亮", "灯杆歪了", "夜里看不见路", "照明线缆老化", "灯罩掉落", "东门三盏路灯坏了"),
    "traffic.bus": ("公交车班次少", "站台没有雨棚", "末班车太早", "公交线路绕行", "候车时间长", "车上拥挤"),
    "education.places": ("学校门口拥堵", "课后托管收费", "学位不够", "操场破损", "校车停运", "老师请假没人代课"),
    "health.clinic": ("卫生站没有医生", "疫苗预约困难", "挂号排队久", "药品短缺", "体检报告迟迟不出", "门诊停诊"),
}
"""Words by label; all labels but the last are codes of the catalog's defaults."""
SHARED = ("请有关部门尽快处理", "居民反映多次", "希望给个答复", "谢谢", "已经两个月了", "老人出行不便")
PLACES = ("荷塘小区", "云溪里", "柳岸街", "梧桐苑", "松风巷")


def messages(count: int, *, seed: int = 1, labels: tuple[str, ...] = (), blur: float = 0.0) -> list[Labelled]:
    """So many invented messages, the labels in turn; with `blur` such a share talks of another label's things."""
    rng = random.Random(seed)
    chosen = labels or tuple(POOLS)
    found = []
    for number in range(count):
        label = chosen[number % len(chosen)]
        told = rng.choice(chosen) if rng.random() < blur else label
        said = rng.sample(POOLS[told], 3)
        text = "，".join([rng.choice(PLACES), *said, rng.choice(SHARED), f"编号{rng.randrange(10**6)}"])
        found.append(Labelled(f"{rng.choice(PLACES)}{said[0]}", f"{text}。", label))
    return found


def as_csv(rows: list[Labelled], encoding: str = "utf-8") -> bytes:
    """The rows as a file."""
    lines = ["title,text,label", *(f"{row.title},{row.text},{row.label}" for row in rows)]
    return "\n".join(lines).encode(encoding)


def small_model(folder: Path, *, count: int = 120, now: datetime, blur: float = 0.0) -> Path:
    """A model trained on invented messages, in a folder."""
    train_folder(material_of(messages(count, blur=blur)), folder, source="invented", now=now)
    return folder


def model_in_use(
    district: Organisation, trained: Path, *, by: User, now: datetime, threshold: float = 0.5
) -> SuggestionModel:
    """A copy of the model in the folder `trained`, which a person of the district has activated."""
    folder = f"{district.pk}/{trained.name}"
    shutil.copytree(trained, models_folder() / folder)
    made = register(district=district, folder=folder, meta=read(trained).meta, by=None, now=now)
    set_threshold(model=made, threshold=threshold, by=by, now=now)
    activate(model=made, by=by, now=now)
    made.refresh_from_db()
    return made
