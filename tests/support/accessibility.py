"""WCAG 2.1 AA, as far as a machine can tell, by axe-core."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    "resultTypes": ["violations"],
    "preload": False,
}
"""Axe would load style sheets for a rule that is not among these, and sounds and films, of which there are none."""
BROKEN = """async (rules) => (await axe.run(document, rules)).violations.map((one) => [
    `${one.id} (${one.impact}): ${one.help}`, ...one.nodes.map((node) => "    " + node.html.slice(0, 200)),
].join("\\n"))"""


def carry_axe(context: BrowserContext) -> None:
    """Every page of `context` comes with axe; the browser keeps it compiled, which it does not for a single page."""
    context.add_init_script(Axe().axe_script)


def assert_accessible(page: Page) -> None:
    """The page as it stands now breaks no rule; the message names each rule and the elements."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    broken = page.evaluate(BROKEN, RULES)
    assert not broken, f"{page.url} breaks {len(broken)} rules:\n" + "\n".join(broken)
