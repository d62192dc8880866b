"""Small things stay small: house style, rules 20, 23 and 28."""

from statistics import mean

from tests.architecture.source import PRODUCT, functions, name_of, python_files, templates

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
LONGEST_VIEW = 20
MEAN_FUNCTION = 12
LONGEST_TEMPLATE = 100


def test_files_are_short() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in python_files(*PRODUCT, "tests")}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    too_long = {
        function.where: function.length
        for function in functions(python_files(*PRODUCT, "tests"))
        if function.length > LONGEST_FUNCTION
    }
    assert too_long == {}


def test_functions_are_short_on_average() -> None:
    average = mean(function.length for function in functions(python_files(*PRODUCT)))
    assert average <= MEAN_FUNCTION


def test_views_are_short() -> None:
    views = [path for path in python_files(*PRODUCT) if path.stem == "views" or path.parent.stem == "views"]
    too_long = {
        function.where: function.length
        for function in functions(views)
        if function.first_argument == "request" and function.length > LONGEST_VIEW
    }
    assert too_long == {}


def test_templates_are_short() -> None:
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in templates()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_TEMPLATE} == {}
