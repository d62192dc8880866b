"""Two people decide on one hot issue at the same moment, while its opinions are worked on."""

from typing import Any

import pytest

from liaison.base.audit.models import Event
from liaison.base.audit.services import verify
from opinions.gathering import services
from opinions.gathering.models import Topic
from opinions.handling import services as handling
from opinions.matters.models import Matter
from opinions.similar.models import HotIssue
from tests.factories.matters import NOW, handling_world, open_matter
from tests.opinions.gathering.test_staff import issue_of
from tests.opinions.handling.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_issue_becomes_one_topic_while_its_opinions_are_taken() -> None:
    world = handling_world()
    matters = [open_matter(world, phone=f"1390000000{n}") for n in range(3)]
    issue = issue_of(matters)
    words: dict[str, Any] = {"title": "路灯专题", "about": "弄清谁来管养", "by": world.staff, "now": NOW}
    issues = [HotIssue.objects.get(pk=issue.pk) for _screen in range(3)]
    outcomes = at_once(
        *[lambda one=one: services.make_topic(issue=one, **words) for one in issues[:2]],
        lambda: services.dismiss_issue(issue=issues[2], reason="已在修", by=world.secretary, now=NOW),
        *[
            lambda one=one: handling.take(matter=one, by=world.staff, now=NOW)
            for one in [Matter.objects.get(pk=row.pk) for row in matters]
        ],
    )
    assert sorted(outcomes[:3]) == ["AlreadyDecided", "AlreadyDecided", "done"]
    assert outcomes[3:] == ["done"] * 3
    assert Topic.objects.count() == outcomes[:2].count("done")
    assert Event.objects.filter(verb="topic.noted").count() == 3 * Topic.objects.count()
    assert list(verify()) == []
