"""WCAG 2.1 AA, as far as a machine can tell, by axe-core."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], "resultTypes": ["violations"]}


def assert_accessible(page: Page) -> None:
    """The page as it stands now breaks no rule; the message names each rule and the elements."""
    found = Axe().run(page, options=RULES)
    broken = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
        + "\n".join(f"    {node['html'][:200]}" for node in violation["nodes"])
        for violation in found.response["violations"]
    ]
    assert not broken, f"{page.url} breaks {len(broken)} rules:\n" + "\n".join(broken)
