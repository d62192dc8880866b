"""A run never passes by leaving tests out.

Skipped and expected-to-fail tests fail the run unless they stand in `ALLOWED` with their reason; a test for another
database engine is deselected by its marker (the other round of `make test` runs it), never skipped.
"""

import os

import pytest

ALLOWED: dict[str, str] = {}
"""Test id → why it may be left out. Empty, and best kept so."""

DATABASE_FIXTURES = frozenset({"db", "transactional_db", "django_db_setup", "live_server"})
COMPUTING = frozenset(
    {
        "base/documents/test_official.py",
        "base/documents/test_plaques.py",
        "base/files/test_checks.py",
        "base/test_imports.py",
        "opinions/exchange/test_importing.py",
        "opinions/similar/test_commands.py",
        "opinions/similar/test_pure.py",
        "opinions/suggestion/test_commands.py",
        "opinions/suggestion/test_training.py",
        "support/test_strictness.py",
    }
)
"""Files under tests/ whose tests compute at length; those of them that get no database run in one round only."""
_left_out: list[str] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep only the tests that the servers of this round can run, and that they can change the result of."""
    for item in items:
        if _is_pure(item):
            item.add_marker("once")
    absent = set()
    if not os.environ.get("TEST_DATABASE_URL"):
        absent.add("postgresql")
    else:
        absent |= {"sqlite", "once"}
    if not os.environ.get("TEST_REDIS_URL"):
        absent.add("redis")
    elsewhere = [item for item in items if any(item.get_closest_marker(name) for name in absent)]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]


def _is_pure(item: pytest.Item) -> bool:
    """Whether a test reads source or computes, and no database takes part: the rules of the house, and arithmetic."""
    if item.get_closest_marker("django_db") or DATABASE_FIXTURES.intersection(getattr(item, "fixturenames", ())):
        return False
    computes = getattr(getattr(item, "function", None), "is_hypothesis_test", False)
    return computes or "architecture" in item.path.parts or _place(item) in COMPUTING


def _place(item: pytest.Item) -> str:
    return item.path.as_posix().rpartition("/tests/")[2]


def _note(report: pytest.TestReport | pytest.CollectReport) -> None:
    if (report.skipped or hasattr(report, "wasxfail")) and report.nodeid not in ALLOWED:
        _left_out.append(report.nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _note(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _note(report)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _left_out and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _left_out:
        terminalreporter.section("left out without an allowed reason: the run fails", red=True)
        for node in _left_out:
            terminalreporter.line(node)
