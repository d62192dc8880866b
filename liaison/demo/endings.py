"""How the demo's stories end: every status, every light. Ages are in days before today."""

from collections.abc import Iterator
from dataclasses import dataclass

from deputies.roster.models import CongressLevel
from liaison.demo.story import Ending, Story
from opinions.matters.models import Satisfaction

GOOD, FAIR, BAD = Satisfaction.SATISFIED, Satisfaction.MOSTLY, Satisfaction.UNSATISFIED


@dataclass(frozen=True)
class Plot:
    """So many stories that are so old and end like this. `who` says which opinions fit; `shown` ones are addressed to
    the deputy whose account is shown, so that something always waits there."""

    count: int
    ages: tuple[int, int]
    tell: Ending
    who: str = "street"
    shown: bool = False


def _nothing(story: Story) -> None:
    """Nobody has acted yet."""


def _handled(story: Story) -> Story:
    return story.take().assign(0).sign().talk()


def _closed(story: Story) -> Story:
    return _handled(story).reply().rate(GOOD)


def _partly(story: Story) -> Story:
    return _handled(story).reply("B").rate(FAIR)


def _kept(story: Story) -> Story:
    """What was promised is done, and looked at."""
    return _handled(story).promise_within(20).reply("B").rate(FAIR).keep_promise()


def _promised(days: int) -> Ending:
    """Closed, with a promise that is due so many days after the reply."""
    return lambda story: _handled(story).promise_within(days).reply("B").rate(FAIR)


def _second_time(story: Story) -> Story:
    story.take().assign(0).sign().reply().rate(BAD)
    return story.assign(1).sign().talk(1).reply("A", 4).rate(GOOD)


def _exhausted(story: Story) -> Story:
    story.take().assign(0).sign().reply("A", 2).rate(BAD, days=1)
    for _round in range(2):
        story.assign(1).sign(0).reply("A", 2).rate(BAD, days=1)
    return story


def _rework(story: Story) -> Story:
    return story.take().assign(0).sign().reply().rate(BAD)


def _at_work_again(story: Story) -> Story:
    return _rework(story).assign(1).sign().talk(1)


def _with_co(story: Story) -> Story:
    co = story.cast.department("SW" if story.body.code != "YT-SW" else "CG")
    return story.take().assign(0, co=co).sign().co_opinion(co).talk()


def _planned(story: Story) -> Story:
    """Two bodies on one matter, with a plan."""
    co = story.cast.department("SW" if story.body.code != "YT-SW" else "CG")
    return story.take().assign(0, co=co).sign(0).plan(co)


def _returned(story: Story) -> Story:
    return story.take().assign(0).return_(story.cast.department("JT" if story.body.code != "YT-JT" else "CG"))


def _asked_at_work(story: Story) -> Story:
    return story.take().assign(0).sign().ask(story.cast.handler(story.body))


def _supplied(story: Story) -> Story:
    return story.take().ask().supply().assign(0).sign()


def _reopened(story: Story) -> Story:
    story.take().assign(0).sign().promise_within(12).reply("B").rate(FAIR)
    return story.break_promise().sign()


def _confirmed(story: Story) -> Story:
    story = story.confirm_by_resident() if story.matter.opinion.assisted_by_id else story
    return _closed(story)


def _told(story: Story) -> Story:
    return story.take().assign(0).sign().speak_to_resident().talk(1)


def _reported_back(story: Story) -> Story:
    return story.take().raise_().report_back().rate(FAIR)


def _in_company(story: Story) -> Story:
    """Another deputy of the same street is invited and follows."""
    others = [one for one in story.cast.reachable(story.committee) if one != story.seed.deputy]
    return story.deputy_takes().invite(others[:2])


def _deputy_again(story: Story) -> Story:
    return story.deputy_answers().rate(BAD)


def _passed_on(story: Story) -> Story:
    return story.deputy_takes().deputy_passes_on().take().assign(0).sign().talk().reply().rate(GOOD)


def _passed_on_lately(story: Story) -> Story:
    return story.deputy_takes().deputy_passes_on().take(0).assign(0).sign()


PLOTS = (
    Plot(7, (0, 1), _nothing),
    Plot(3, (5, 8), _nothing),
    Plot(3, (0, 6), _nothing, "unclear"),
    Plot(4, (2, 6), lambda story: story.take()),
    Plot(2, (13, 17), lambda story: story.take()),
    Plot(3, (3, 6), lambda story: story.take().ask()),
    Plot(3, (4, 8), _asked_at_work),
    Plot(4, (2, 4), lambda story: story.take(0).assign(0)),
    Plot(2, (7, 9), lambda story: story.take(0).assign(0)),
    Plot(4, (3, 6), _told),
    Plot(4, (9, 11), _handled),
    Plot(4, (14, 20), _handled),
    Plot(2, (5, 8), _supplied),
    Plot(3, (6, 9), _with_co),
    Plot(2, (7, 9), _planned),
    Plot(1, (4, 6), lambda story: story.take(0).assign(0).sign().ask_extension()),
    Plot(3, (6, 9), lambda story: story.take(0).assign(0).sign().draft()),
    Plot(2, (8, 10), lambda story: story.take(0).assign(0).sign().draft().send_back()),
    Plot(2, (9, 12), lambda story: story.take().assign(0).sign().extend()),
    Plot(4, (4, 7), _returned),
    Plot(5, (9, 16), lambda story: _handled(story).reply()),
    Plot(3, (9, 14), lambda story: _handled(story).reply("B")),
    Plot(2, (10, 15), lambda story: _handled(story).reply("C")),
    Plot(1, (9, 12), lambda story: _handled(story).reply("D")),
    Plot(3, (13, 18), _rework),
    Plot(2, (19, 24), _at_work_again),
    Plot(12, (20, 88), _closed),
    Plot(4, (20, 80), _confirmed),
    Plot(1, (25, 85), _partly),
    Plot(1, (50, 85), _kept),
    Plot(1, (30, 31), _promised(28)),
    Plot(1, (50, 51), _promised(30)),
    Plot(2, (40, 70), _second_time),
    Plot(1, (60, 70), _exhausted),
    Plot(4, (42, 85), lambda story: _handled(story).reply().lapse()),
    Plot(2, (35, 60), _reopened),
    Plot(2, (4, 30), lambda story: story.withdraw()),
    Plot(3, (12, 50), lambda story: story.take().raise_(), "district"),
    Plot(1, (60, 80), _reported_back, "district"),
    Plot(1, (20, 60), lambda story: story.take().relay(CongressLevel.MUNICIPAL).above_takes(), "city"),
    Plot(1, (30, 60), lambda story: story.take().relay(CongressLevel.MUNICIPAL).above_takes().above_answers(), "city"),
    Plot(1, (20, 60), lambda story: story.take().relay(CongressLevel.PROVINCIAL), "province"),
    Plot(3, (0, 1), _nothing, "deputy", shown=True),
    Plot(1, (0, 1), _nothing, "deputy"),
    Plot(2, (5, 7), _nothing, "deputy"),
    Plot(2, (2, 4), lambda story: story.deputy_takes(), "deputy"),
    Plot(1, (2, 4), _in_company, "deputy"),
    Plot(1, (3, 5), lambda story: story.deputy_takes().ask(story.deputy_user), "deputy"),
    Plot(4, (4, 9), lambda story: story.deputy_answers(), "deputy"),
    Plot(6, (8, 80), lambda story: story.deputy_answers().rate(GOOD), "deputy"),
    Plot(2, (30, 80), lambda story: story.deputy_answers().lapse(), "deputy"),
    Plot(1, (8, 12), _deputy_again, "deputy"),
    Plot(3, (25, 80), _passed_on, "deputy"),
    Plot(2, (5, 8), _passed_on_lately, "deputy"),
    Plot(2, (15, 60), lambda story: story.deputy_takes().raise_(story.deputy_user), "deputy"),
)


def counted() -> Iterator[Plot]:
    """Each plot as often as it is to be told."""
    for plot in PLOTS:
        for _n in range(plot.count):
            yield plot
