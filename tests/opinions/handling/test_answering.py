"""A deputy's own answer."""

import pytest

from liaison.base.audit.models import Event
from liaison.base.errors import InvalidInput
from liaison.base.notices.models import Channel, Notice
from opinions.catalog.models import ClockKind, Tier
from opinions.clocks.queries import running_clocks
from opinions.handling import services as handling
from opinions.handling.models import Reply, ReplyStatus
from opinions.handling.standing import NotYourTurn
from opinions.invitations.models import RatingInvite
from opinions.matters.models import Matter
from opinions.matters.states import Status
from tests.factories.matters import NOW, HandlingWorld, add_reporter, answered, open_matter


def test_answer_from_submitted_takes_first(world: HandlingWorld) -> None:
    matter = answered(world)
    verbs = list(Event.objects.filter(chain=matter.chain).order_by("seq").values_list("verb", "source", "target"))
    assert verbs[1:] == [("take", "submitted", "taken"), ("answer", "taken", "replied")]
    assert (matter.status, matter.tier, matter.first_replied_at) == (Status.REPLIED, Tier.DEPUTY, NOW)
    assert (matter.holder, matter.holder_deputy, matter.due_on) == (None, None, None)


def test_answer_leaves_only_the_residents_clock(world: HandlingWorld) -> None:
    matter = answered(world)
    assert [clock.kind for clock in running_clocks(matter)] == [ClockKind.RATE]


def test_answer_invites_every_reporter_once(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy)
    add_reporter(matter, phone="")
    answered(world, matter)
    invites = RatingInvite.objects.filter(matter=matter, round=1)
    assert invites.count() == 2
    notice = Notice.objects.filter(channel=Channel.SMS).latest("id")
    assert f"/r/{invites.first().token}/" in notice.link  # type: ignore[union-attr]


def test_answer_by_the_helper_is_the_deputys_and_says_who_typed(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy)
    reply = handling.answer(matter=matter, text="已联系。", by=world.helper, now=NOW)
    assert (reply.deputy, reply.written_by, reply.status) == (world.deputy, world.helper, ReplyStatus.ISSUED)
    event = Event.objects.filter(chain=matter.chain).latest("seq")
    assert event.data == {"body": world.deputy.name}
    assert world.helper.name in event.actor


@pytest.mark.parametrize("text", ["", " \n", "长" * 10_001])
def test_answer_refuses_an_empty_or_endless_text(world: HandlingWorld, text: str) -> None:
    matter = open_matter(world, deputy=world.deputy)
    with pytest.raises(InvalidInput) as caught:
        handling.answer(matter=matter, text=text, by=world.deputy_user, now=NOW)
    assert caught.value.field == "text"
    assert Matter.objects.get(pk=matter.pk).status == Status.SUBMITTED
    assert not Reply.objects.exists()


def test_answer_makes_no_promise(world: HandlingWorld) -> None:
    with pytest.raises(InvalidInput):
        handling.answer(
            matter=open_matter(world, deputy=world.deputy), text="会办", reply_class="B", by=world.deputy_user, now=NOW
        )


def test_answer_of_what_the_street_holds_is_refused(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy, holder=world.committee, holder_deputy=None)
    with pytest.raises(NotYourTurn):
        handling.answer(matter=matter, text="我答", by=world.deputy_user, now=NOW)


def test_answer_with_rare_characters_is_kept_as_it_is(world: HandlingWorld) -> None:
    text = "𠮷祥里 <b>3</b> 号 =SUM(A1) 🙂 '; DROP TABLE"
    reply = handling.answer(matter=open_matter(world, deputy=world.deputy), text=text, by=world.deputy_user, now=NOW)
    assert Reply.objects.get(pk=reply.pk).text == text


def test_answer_again_after_rework_is_a_new_round(world: HandlingWorld) -> None:
    matter = handling.send_to_rework(matter=answered(world), now=NOW, actor="反映人")
    assert (matter.status, matter.round, matter.holder_deputy) == (Status.REWORK, 2, world.deputy)
    assert matter.satisfaction == "unsatisfied"
    handling.answer(matter=matter, text="已换新灯。", by=world.deputy_user, now=NOW)
    assert (matter.satisfaction, matter.status) == ("", Status.REPLIED)
    assert RatingInvite.objects.filter(matter=matter, round=2).count() == 1


def test_answer_with_a_gap_of_a_template_is_refused(world: HandlingWorld) -> None:
    matter = open_matter(world, deputy=world.deputy)
    with pytest.raises(InvalidInput) as caught:
        handling.answer(matter=matter, text="我于__月__日到现场了解。", by=world.deputy_user, now=NOW)
    assert caught.value.field == "text"
