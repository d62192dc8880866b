"""Reading reviews of replies: what waits for one, a sample of it, and what was found on a matter."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.text import Truncator

from deputies.accounts.models import DEPARTMENT_ROLES, User
from liaison.base.draws import drawn
from liaison.base.joined import joined
from opinions.handling.models import Reply, ReplyStatus
from opinions.handling.services import content_of
from opinions.matters.models import Matter, ReplyClass
from opinions.matters.queries import open_copy
from opinions.promises.models import Promise
from opinions.promises.states import PromiseStatus
from supervision.quality.access import reads_marks, reviewable
from supervision.quality.hints import MOST_SHOWN, Hint, Read, hints
from supervision.quality.models import ChecklistItem, QualityMark

RELATED = ("matter", "organisation", "deputy")
SAMPLED_FROM = 2_000
"""The newest replies from which a sample is drawn."""
SAMPLE = 10


def checklist() -> QuerySet[ChecklistItem]:
    """What is looked for, in its order."""
    return ChecklistItem.objects.filter(active=True)


def to_review(user: User) -> QuerySet[Reply]:
    """Replies of the present round that the user reviews and nobody has reviewed yet."""
    live = QualityMark.objects.filter(reply=OuterRef("pk"), lifted_at__isnull=True)
    return reviewable(user).filter(~Exists(live), round=F("matter__round")).select_related(*RELATED)


def sample(user: User, today: date) -> QuerySet[Reply]:
    """A random few of them, for everybody of a body the same: drawn by the day, filled up as they are reviewed."""
    newest = to_review(user).order_by("-id").values_list("pk", flat=True)[:SAMPLED_FROM]
    chosen = drawn(map(str, newest), seed=f"{today}:{user.organisation_id}", most=SAMPLE)
    return to_review(user).filter(pk__in=[int(key) for key in chosen])


def hints_for(reply: Reply, today: date) -> list[Hint]:
    """What the reviewer may want to look at in this reply."""
    due = reply.assignment_id is not None and reply.reply_class != ReplyClass.EXPLAINED
    question, missed = " ".join(open_copy(reply.matter)), _missed(reply, today)
    return hints(Read(content=content_of(reply), question=question, due=due, missed=missed))


def _missed(reply: Reply, today: date) -> list[str]:
    """What the body promised before in matters of this category and did not keep, or has not when its day is over."""
    if reply.organisation_id is None:
        return []
    due = Q(status=PromiseStatus.NOT_KEPT) | Q(status=PromiseStatus.OPEN, due_on__lt=today)
    rows = Promise.objects.filter(due, organisation=reply.organisation_id, matter__category=reply.matter.category_id)
    rows = rows.exclude(reply=reply.pk).order_by("-due_on", "id")[:MOST_SHOWN]
    return [f"{row.due_on} {Truncator(row.what).chars(20)}" for row in rows]


def marks_of(matter: Matter) -> list[QualityMark]:
    """All reviews of the matter's replies, oldest first, each with its items in `found`; one statement."""
    rows = QualityMark.objects.filter(matter=matter).select_related("by", "organisation", "lifted_by", "reply")
    return joined(rows, "items", to="found", order=("id",))


def lighting() -> QuerySet[QualityMark]:
    """The marks by which their matters are lit: live, the worst one, on a reply that no later round has overtaken."""
    later = Reply.objects.filter(
        matter=OuterRef("matter"), status=ReplyStatus.ISSUED, round__gt=OuterRef("reply__round")
    )
    return QualityMark.objects.filter(~Exists(later), lifted_at=None, level=F("matter__quality"))


def live_mark(reply: Reply) -> QualityMark | None:
    """The review of the reply that holds."""
    return QualityMark.objects.filter(reply=reply, lifted_at__isnull=True).first()


@dataclass
class Reviewed:
    """An issued reply with its reviews, and what the reader may do."""

    reply: Reply
    marks: list[QualityMark] = field(default_factory=list)
    may_mark: bool = False

    @property
    def live(self) -> QualityMark | None:
        return next((mark for mark in self.marks if mark.lifted_at is None), None)


def about(matter: Matter, user: User) -> list[Reviewed]:
    """The matter's replies with their reviews, newest first: for the supervising side all, for a body and for a deputy
    the reviews of their own."""
    rows = matter.replies.filter(status=ReplyStatus.ISSUED).select_related("organisation", "deputy").order_by("-id")
    oversees = reads_marks(user, matter)
    found = [Reviewed(reply) for reply in rows if oversees or _own(user, reply)]
    marks = marks_of(matter) if found else []
    mine = set(reviewable(user).filter(matter=matter).values_list("pk", flat=True)) if oversees and found else set()
    for one in found:
        one.marks = [mark for mark in marks if mark.reply_id == one.reply.pk]
        one.may_mark = one.reply.pk in mine
    return [one for one in found if one.marks or one.may_mark]


def _own(user: User, reply: Reply) -> bool:
    """Whether the reply is the reader's: of the own body, or the own answer as a deputy."""
    by_body = user.role in DEPARTMENT_ROLES and reply.organisation_id == user.organisation_id
    return by_body or (reply.deputy is not None and user.pk in (reply.deputy.user_id, reply.deputy.helper_id))
