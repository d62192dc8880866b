"""Training a model that proposes categories, from a labelled table or from a district's own matters."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from deputies.organisations.models import Organisation, OrganisationKind
from liaison.base.errors import DomainError
from liaison.base.imports import read_table
from opinions.suggestion.labelled import MOST_NAMED, Labelled, Material, material_of, rows_of
from opinions.suggestion.learning import train_district, train_folder
from opinions.suggestion.queries import labelled_rows


class Command(BaseCommand):
    """`--csv FILE --out DIR` trains a folder; `--district CODE` makes a candidate that a person can activate."""

    help = "train a model that proposes categories: --csv FILE --out DIR, or --district CODE (its own closed matters)"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--csv", type=Path, help="table with the columns title, text, label (CSV or XLSX)")
        parser.add_argument("--out", type=Path, help="folder of the model")
        parser.add_argument("--district", default="", help="code of the district's standing committee")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._train(options["csv"], options["out"], options["district"])
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        except ImportError as error:
            raise CommandError(f"没有安装训练所需的程序包（{error.name}），请按 requirements.txt 安装。") from error
        except OSError as error:
            raise CommandError(f"读写不了文件：{error.filename}（{error.strerror}）。") from error

    def _train(self, table: Path | None, out: Path | None, code: str) -> None:
        if out is None and not code:
            raise CommandError("请用 --out 指明模型文件夹，或用 --district 指明区人大常委会的代码。")
        if table is None and not code:
            raise CommandError("请用 --csv 指明训练文件，或用 --district 指明从哪个区的事项训练。")
        district = _district(code) if code else None
        rows = _rows(table) if table else None
        source = table.name if table else ""
        if out is not None:
            self._train_folder(rows, district, out, source)
        elif district is not None:
            self._train_district(rows, district, source)

    def _train_folder(self, rows: list[Labelled] | None, district: Organisation | None, out: Path, source: str) -> None:
        own = rows is None and district is not None
        given = labelled_rows(district) if rows is None and district is not None else rows or []
        material = material_of(given, leave_out_few=own)
        self._tell_material(material)
        told = source or str(district)
        meta = train_folder(material, out, source=told, now=timezone.now(), progress=self._progress)
        self._tell(meta)
        self.stdout.write(f"模型已写入 {out}")

    def _train_district(self, rows: list[Labelled] | None, district: Organisation, source: str) -> None:
        made = train_district(
            district=district, by=None, now=timezone.now(), rows=rows, source=source, progress=self._progress
        )
        self._tell({"figures": made.figures, "threshold": made.threshold, "rows": made.rows})
        self.stdout.write(f"{district.name}：候选模型第 {made.version} 版，请在工作台“类别建议”中查看并启用。")

    def _progress(self, done: int, total: int) -> None:
        self.stderr.write(f"训练中 {done}/{total}")

    def _tell_material(self, material: Material) -> None:
        """What was left out, and why."""
        if material.unlabelled:
            self.stderr.write(f"没有类别或没有文字、未采用：{material.unlabelled} 条")
        if material.copies:
            self.stderr.write(f"文字重复、只用一次：{material.copies} 条")
        if material.too_few:
            self.stderr.write(f"条数太少、没有参加训练的类别：{'、'.join(material.too_few)}")
        for sentence in material.mixed[:MOST_NAMED]:
            self.stderr.write(sentence)
        if len(material.mixed) > MOST_NAMED:
            self.stderr.write(f"类别不一致的共 {len(material.mixed)} 条。")

    def _tell(self, meta: dict[str, Any]) -> None:
        """The figures by cross-validation: in all, by class, and what each threshold would do."""
        figures = meta["figures"]
        self.stdout.write(f"{meta['rows']} 条；以下由交叉验证得出（每条都由没有学过它的模型判断）：")
        self.stdout.write(f"macro-F1 {figures['macro_f1']:.3f}")
        self.stdout.write(f"accuracy {figures['accuracy']:.3f}")
        self.stdout.write(f"accuracy at 80% coverage {figures['accuracy_at_80']:.3f}")
        self.stdout.write("\n类别 | 条数 | 精确率 | 召回率 | F1")
        for one in figures["by_class"]:
            told = f"{one['precision']:.3f} | {one['recall']:.3f} | {one['f1']:.3f}"
            self.stdout.write(f"{one['label']} | {one['rows']} | {told}")
        self.stdout.write("\n把握门槛 | 有建议的比例 | 建议的准确率")
        for point in figures["curve"]:
            right = "—" if point["accuracy"] is None else f"{point['accuracy']:.1%}"
            mark = "  ← 建议的门槛" if point["threshold"] == meta["threshold"] else ""
            self.stdout.write(f"{point['threshold']:.2f} | {point['coverage']:.1%} | {right}{mark}")


def _rows(table: Path) -> list[Labelled]:
    return rows_of(read_table(table.read_bytes(), name=table.name))


def _district(code: str) -> Organisation:
    found = Organisation.objects.filter(kind=OrganisationKind.CONGRESS, code=code).first()
    if found is None:
        raise CommandError(f"没有代码为 {code} 的区人大常委会。")
    return found
