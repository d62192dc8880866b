"""One matter's way through the platform: each method is an act, done by the right person at the right time."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta

from deputies.accounts.models import User
from deputies.organisations.models import Organisation
from deputies.roster.models import CongressLevel, Deputy
from liaison.base.workdays.arithmetic import local_today
from liaison.demo.cast import Cast
from liaison.demo.raising import Seed
from liaison.demo.watch import Watch
from opinions.catalog.models import Reason, ReasonKind, Tier
from opinions.catalog.queries import reasons
from opinions.companions import services as companions
from opinions.evaluation import services as evaluation
from opinions.evaluation.models import Solved
from opinions.handling import services as handling
from opinions.handling.content import Content, Point
from opinions.intake.services import following
from opinions.matters.models import Matter, Reporter, Satisfaction
from opinions.plans import services as plans
from opinions.promises import services as promises
from opinions.promises.models import Promise
from opinions.proposals.services import raise_to_proposal
from opinions.relays import services as relays
from opinions.relays.models import Baton
from opinions.relays.queries import batons_of
from opinions.routing.queries import suggestion

TALK = (
    ("committee", "请明天上午派人到现场，社区网格员在门口等，先把情况看准。"),
    ("body", "收到，明早九点到。请社区准备好住户名单。"),
    ("committee", "现场照片已上传，涉及两个单元。代表也会一起去。"),
    ("body", "方案已定，材料三天到位，进场前会在楼道贴告示。"),
)
PROMISE = timedelta(days=75)
"""After a reply of class B or C, the day by which the rest is promised; what class A names is done that day."""
COMMENTS = {
    Satisfaction.SATISFIED: ("办得快，谢谢代表。", "问题解决了，现场也来看过。", "没想到这么快，点赞。", ""),
    Satisfaction.MOSTLY: ("基本解决了，希望保持下去。", "还差一点收尾。", ""),
    Satisfaction.UNSATISFIED: ("只来看了一眼，没有真正修。", "过了几天又坏了。", "答复里没有说什么时候做。"),
}
SOLVED = {Satisfaction.SATISFIED: Solved.YES, Satisfaction.MOSTLY: Solved.PARTLY, Satisfaction.UNSATISFIED: Solved.NO}


class Story:
    """A raised opinion and what people do about it."""

    def __init__(self, matter: Matter, seed: Seed, cast: Cast, watch: Watch, rng: random.Random) -> None:
        self.matter, self.seed, self.cast, self.watch, self.rng = matter, seed, cast, watch, rng
        self.promised_in = PROMISE
        decision = suggestion(matter)
        self.body = cast.handling_body(decision.organisation if decision else None, seed.division)

    @property
    def committee(self) -> Organisation:
        return self.seed.committee

    @property
    def staff(self) -> User:
        """Who coordinates: the street's staff, or the district's where the district has the turn."""
        by_district = self.matter.holder_id == self.cast.congress.pk
        return self.cast.district if by_district else self.cast.staff(self.committee)

    @property
    def deputy_user(self) -> User:
        deputy = self.seed.deputy
        assert deputy is not None  # noqa: S101 - only stories of deputies come here
        assert deputy.user is not None  # noqa: S101
        return deputy.user

    def take(self, days: int = 1) -> "Story":
        handling.take(matter=self.matter, by=self.staff, now=self.watch.work(days))
        return self

    def deputy_takes(self, days: int = 0) -> "Story":
        handling.take(matter=self.matter, by=self.deputy_user, now=self.watch.work(days))
        return self

    def deputy_answers(self, days: int = 1) -> "Story":
        handling.answer(
            matter=self.matter, text=self.seed.words("answer"), by=self.deputy_user, now=self.watch.work(days)
        )
        return self

    def deputy_passes_on(self) -> "Story":
        handling.transfer(
            matter=self.matter, street=self.committee, by=self.deputy_user, now=self.watch.work(1),
            reason="需要部门到现场处理，请街道工委协调，我会继续跟踪。",
        )  # fmt: skip
        return self

    def confirm_by_resident(self) -> "Story":
        following.confirm(matter=self.matter, reporter=self._reporter, now=self.watch.later(hours=2))
        return self

    def ask(self, by: User | None = None) -> "Story":
        question = "请问具体是几号楼、大概什么时间最严重？方便的话请补一张照片。"
        handling.ask(matter=self.matter, question=question, by=by or self.staff, now=self.watch.work())
        return self

    def supply(self) -> "Story":
        text = "是最靠里的那一栋，晚上七点以后最明显。"
        handling.supply(matter=self.matter, reporter=self._reporter, text=text, now=self.watch.later(days=1))
        self.matter.refresh_from_db()
        return self

    def assign(self, days: int = 1, co: Organisation | None = None) -> "Story":
        tier = Tier.STREET if self.body.kind == "street_office" else Tier.DEPARTMENT
        handling.assign(
            matter=self.matter, tier=tier, lead=self.body, co=[co] if co else [], by=self.staff,
            now=self.watch.work(days), note="请现场核实，把措施、责任人和时间写清楚。",
        )  # fmt: skip
        return self

    def sign(self, days: int = 1) -> "Story":
        user = self.cast.handler(self.body)
        handling.sign(matter=self.matter, person=user.name, by=user, now=self.watch.work(days))
        return self

    def talk(self, lines: int = 2) -> "Story":
        """Committee and body speak among themselves; the first line of the body goes to the resident as well."""
        speakers = {"committee": self.cast.staff(self.committee), "body": self.cast.handler(self.body)}
        for who, text in TALK[:lines]:
            handling.say(matter=self.matter, text=text, public=False, by=speakers[who], now=self.watch.work())
        return self

    def speak_to_resident(self) -> "Story":
        text = "您好，我们已经到现场看过，材料到了就开工，有问题可以在这里告诉我。"
        handling.say(matter=self.matter, text=text, public=True, by=self.cast.handler(self.body), now=self.watch.work())
        return self

    def plan(self, co: Organisation) -> "Story":
        """A plan with two measures: the first one done and found wanting, the second one on its way."""
        user, now = self.cast.handler(self.body), self.watch.work(1)
        day = local_today(now)
        rows = (("查明原因，先做应急处理", self.body, 2), ("按方案全面整改", co, 20))
        first, _second = (
            plans.add_measure(
                matter=self.matter,
                by=user,
                now=now,
                data=plans.MeasureData(
                    text=text,
                    body=body,
                    person=self.cast.handler(body).name,
                    due_on=day + timedelta(days=days),
                    milestones=(("进场", day + timedelta(days=days - 1)),),
                ),
            )
            for text, body, days in rows
        )
        data = plans.ProjectData(
            name=f"{self.matter.title[:30]}整改", starts_on=day, ends_on=day + timedelta(days=30),
            budget_line="街道为民办实事经费",
        )  # fmt: skip
        plans.make_project(matter=self.matter, data=data, by=user, now=now)
        told = "已到现场处理，周边做了围挡。"
        plans.add_progress(measure=first, text=told, phase="before", by=user, now=self.watch.work(1))
        plans.finish(measure=first, by=user, now=self.watch.work())
        now = self.watch.work(1)
        plans.redo(
            measure=first, reason="最里面一处没有处理到，请补上。", due_on=local_today(now) + timedelta(days=3),
            by=self.cast.staff(self.committee), now=now,
        )  # fmt: skip
        return self

    def ask_extension(self) -> "Story":
        now = self.watch.work(1)
        until = local_today(now) + timedelta(days=14)
        reason = "配件要向厂家定制，下周才能到货。"
        handling.ask_extension(matter=self.matter, until=until, reason=reason, by=self.cast.handler(self.body), now=now)
        return self

    def co_opinion(self, co: Organisation) -> "Story":
        user = self.cast.handler(co)
        handling.sign(matter=self.matter, person=user.name, by=user, now=self.watch.work(1))
        text = "管线部分由我单位负责，可与主办单位同一天进场，避免重复开挖。"
        handling.give_co_opinion(matter=self.matter, text=text, by=user, now=self.watch.work(1))
        return self

    def draft(self, reply_class: str = "A", days: int = 2) -> "Story":
        handling.submit_for_approval(
            matter=self.matter, content=self._content(reply_class), by=self.cast.handler(self.body),
            now=self.watch.work(days),
        )  # fmt: skip
        return self

    def send_back(self) -> "Story":
        reason = "完成时间写得太笼统，请写到具体日期，并补充现场照片。"
        handling.send_back(matter=self.matter, reason=reason, by=self.cast.head(self.body), now=self.watch.work())
        return self

    def issue(self) -> "Story":
        handling.issue_reply(matter=self.matter, by=self.cast.head(self.body), now=self.watch.work())
        return self

    def promise_within(self, days: int) -> "Story":
        """What the next reply promises is due so many days after it."""
        self.promised_in = timedelta(days=days)
        return self

    def keep_promise(self) -> "Story":
        """The body says in time that it is done; the district has a look."""
        promise, handler = self._promise, self.cast.handler(self.body)
        text = "已按承诺全部完成，现场照片请社区核对过。"
        promises.report_done(promise=promise, text=text, by=handler, now=self.watch.work(4))
        reason = "到现场看过，也问过居民，都已办到。"
        promises.keep(promise=promise, reason=reason, by=self.cast.district, now=self.watch.work(1))
        return self

    def break_promise(self) -> "Story":
        """The day passes, nothing is done, and the matter is opened again."""
        promise = self._promise
        reason, now = "现场仍未完成。", self.watch.work_after(promise.due_on)
        handling.miss_promise(promise=promise, reason=reason, by=self.cast.district, now=now)
        self.matter.refresh_from_db()
        return self

    @property
    def _promise(self) -> Promise:
        """What the last reply promised."""
        return Promise.objects.filter(matter=self.matter).latest("id")

    def reply(self, reply_class: str = "A", days: int = 3) -> "Story":
        return self.draft(reply_class, days).issue()

    def extend(self) -> "Story":
        reason = "需要开挖查管，供水单位排期到下周。"
        handling.extend(matter=self.matter, days=5, reason=reason, by=self.staff_of_street, now=self.watch.work(1))
        return self

    def return_(self, suggested: Organisation | None = None) -> "Story":
        handling.return_assignment(
            matter=self.matter, reason=self._reason(ReasonKind.RETURN, "not_ours"), suggested=suggested,
            text="该路段的养护不在本单位职责范围，请核对权属。", by=self.cast.handler(self.body), now=self.watch.work(),
        )  # fmt: skip
        return self

    def raise_(self, by: User | None = None) -> "Story":
        problem = self.seed.words("problem")
        raise_to_proposal(
            matter=self.matter, title=f"关于解决“{problem}”问题的建议"[:120], situation=self.seed.words("text"),
            request=self.seed.words("measure"), reason="涉及面广，单个部门难以解决，转为闭会期间代表建议推动。",
            by=by or self.staff, now=self.watch.work(1), lead=self.seed.deputy or self._county_deputy(),
        )  # fmt: skip
        return self

    def relay(self, level: CongressLevel) -> "Story":
        relays.relay(
            matter=self.matter, level=level, deputies=self.cast.above(level)[:2], by=self.cast.district,
            reason="需要上级层面统筹，请上级代表接力推动。", now=self.watch.work(2),
        )  # fmt: skip
        return self

    def above_takes(self) -> "Story":
        """The first of the named deputies above takes it up."""
        baton = self._baton
        relays.take(baton=baton, by=self._speaker(baton), now=self.watch.work(2))
        return self

    def above_answers(self) -> "Story":
        baton = self._baton
        text = "已在市人代会期间与主管部门沟通，列入明年的市级改造计划，第一批包含这里，开工前会先公示。"
        relays.answer(baton=baton, text=text, reply_class="C", by=self._speaker(baton), now=self.watch.work(5))
        return self

    def invite(self, deputies: Sequence[Deputy]) -> "Story":
        """Further deputies are asked to follow; the first of them does."""
        now = self.watch.work()
        rows = companions.invite(matter=self.matter, deputies=deputies, by=self.deputy_user, now=now)
        speaker = rows[0].deputy.user
        if speaker is not None:
            companions.join(companion=rows[0], by=speaker, now=self.watch.work())
        return self

    @property
    def _baton(self) -> Baton:
        return batons_of(self.matter)[0]

    @staticmethod
    def _speaker(baton: Baton) -> User:
        found = baton.deputy.user or baton.deputy.helper
        assert found is not None  # noqa: S101 - everybody of the demo has an account or a helper
        return found

    def report_back(self, reply_class: str = "C") -> "Story":
        content = self._content(reply_class)
        handling.report_back(matter=self.matter, content=content, by=self.staff_or_deputy, now=self.watch.work(12))
        return self

    def rate(self, satisfaction: Satisfaction, *, days: int = 2) -> "Story":
        unsatisfied = satisfaction == Satisfaction.UNSATISFIED
        word = evaluation.Word(
            satisfaction=satisfaction, solved=SOLVED[satisfaction], comment=self._comment(satisfaction),
            reasons=[self._reason(ReasonKind.UNSATISFIED, "not_solved")] if unsatisfied else [],
        )  # fmt: skip
        invite = self.matter.rating_invites.filter(round=self.matter.round).first()
        assert invite is not None  # noqa: S101 - replying invites
        evaluation.rate(token=invite.token, word=word, now=self.watch.later(days=days, hours=3))
        self.matter.refresh_from_db()
        return self

    def _comment(self, satisfaction: Satisfaction) -> str:
        """What the resident adds; on a further round something else."""
        choices = COMMENTS[satisfaction]
        return choices[(self.matter.pk + self.matter.round) % len(choices)]

    def lapse(self) -> "Story":
        handling.lapse(matter=self.matter, now=self.watch.work(12))
        return self

    def decline(self, code: str) -> "Story":
        reason = self._reason(ReasonKind.DECLINE, code)
        handling.decline(
            matter=self.matter, reason=reason, text=self.seed.words("reply"), by=self.staff, now=self.watch.work(1)
        )
        return self

    def withdraw(self) -> "Story":
        why = "问题已经自己解决了，谢谢。"
        following.withdraw(matter=self.matter, reporter=self._reporter, reason=why, now=self.watch.later(hours=20))
        self.matter.refresh_from_db()
        return self

    def merge_into(self, target: Matter) -> "Story":
        target.refresh_from_db()
        handling.merge(matter=self.matter, target=target, by=self.cast.staff(self.committee), now=self.watch.work())
        target.refresh_from_db()
        return self

    @property
    def staff_of_street(self) -> User:
        return self.cast.staff(self.committee)

    @property
    def staff_or_deputy(self) -> User:
        return self.deputy_user if self.matter.holder_deputy_id else self.staff

    @property
    def _reporter(self) -> Reporter:
        return self.matter.reporters.select_related("matter").earliest("id")

    def _county_deputy(self) -> Deputy | None:
        return next(iter(self.cast.reachable(self.committee)), None)

    def _content(self, reply_class: str) -> Content:
        due_on = local_today(self.watch.at) + (self.promised_in if reply_class in "BC" else timedelta(0))
        point = Point(
            problem=self.seed.words("problem"), measure=self.seed.words("measure"),
            person=self.cast.handler(self.body).name, due_on=due_on,
        )  # fmt: skip
        again = "根据您的评价，我单位重新到现场核实，补做了不到位的地方。" if self.matter.round > 1 else ""
        return Content(text=again + self.seed.words("reply"), reply_class=reply_class, points=(point,))

    def _reason(self, kind: ReasonKind, code: str) -> Reason:
        return next(one for one in reasons(kind) if one.code == code)


Ending = Callable[[Story], object]
