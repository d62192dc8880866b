"""How good a model is on messages that it has not seen."""

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from liaison.base.errors import DomainError
from liaison.base.imports import read_table
from opinions.suggestion.labelled import Labelled, NotTrainable, rows_of
from opinions.suggestion.measures import Judged, accuracy, accuracy_at, macro_f1
from opinions.suggestion.predictor import CLASSIFIER, Predictor

MEGABYTE = 1_000_000


class Command(BaseCommand):
    """`suggest evaluate FILE --model DIR` judges a model by a labelled table, one message at a time."""

    help = "evaluate FILE --model DIR: judge a model by a table with the columns title, text, label"

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        evaluate = actions.add_parser("evaluate", help="judge a model by a labelled table")
        evaluate.add_argument("file", type=Path, help="table with the columns title, text, label (CSV or XLSX)")
        evaluate.add_argument("--model", type=Path, required=True, help="folder of the model")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for line in evaluated(options["file"], options["model"]):
                self.stdout.write(line)
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        except ImportError as error:
            raise CommandError(f"没有安装所需的程序包（{error.name}），请按 requirements.txt 安装。") from error
        except OSError as error:
            raise CommandError(f"读不了文件：{error.filename}（{error.strerror}）。") from error


def evaluated(table: Path, folder: Path) -> list[str]:
    """The five lines. Raises UnreadableFile, NotTrainable, ModelBroken, OSError."""
    given = rows_of(read_table(table.read_bytes(), name=table.name))
    rows = [row for row in given if row.label and (row.title or row.text)]
    if not rows:
        raise NotTrainable
    if len(rows) < len(given):
        print(f"没有类别或没有文字、未计入：{len(given) - len(rows)} 条", file=sys.stderr)
    opened: Predictor = import_string(CLASSIFIER).open(folder)
    size = sum(one.stat().st_size for one in folder.iterdir() if one.is_file())
    return lines(*judge(opened, rows), megabytes=size / MEGABYTE)


def judge(opened: Predictor, rows: list[Labelled]) -> tuple[list[Judged], float]:
    """What the model says of each message, and the milliseconds of processor time that one took.

    Processor time, so that what else the machine does is not counted. The first message loads the dictionary.
    """
    opened.propose(rows[0].title, rows[0].text)
    begin = time.process_time()
    proposed = [opened.propose(row.title, row.text) for row in rows]
    milliseconds = (time.process_time() - begin) * 1000 / len(rows)
    return [Judged(row.label, one.label, one.confidence) for row, one in zip(rows, proposed, strict=True)], milliseconds


def lines(judged: list[Judged], milliseconds: float, *, megabytes: float) -> list[str]:
    """The figures as other programs read them."""
    return [
        f"macro-F1 {macro_f1(judged):.3f}",
        f"accuracy {accuracy(judged):.3f}",
        f"accuracy at 80% coverage {accuracy_at(judged):.3f}",
        f"ms per message {milliseconds:.1f}",
        f"model MB {megabytes:.1f}",
    ]
