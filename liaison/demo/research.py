"""One research note of the demo, and the proposal that two opinions became by it."""

from liaison.base.workdays.arithmetic import local_today
from liaison.demo.story import Story
from opinions.proposals.services import NoteContent, draft_proposal, write_note

FOUND = (
    "走访三个小区、座谈一次。反映集中在同一个原因：设施由不同单位分段管理，没有统一的更新计划，"
    "小修小补花了钱，问题还会回来。居民愿意配合，但要求先公示方案和时间。"
)


def tell_of_research(stories: list[Story]) -> None:
    """Deputies and the street look at it together; a draft is led by one of them."""
    first, later = stories[0], stories[-1]
    by, lead = first.staff, first.cast.reachable(first.committee)[0]
    content = NoteContent(
        title="老旧小区公共设施更新情况", held_on=local_today(later.watch.at),
        place=f"{first.committee.division.name}三个小区",
        deputies=first.cast.reachable(first.committee)[:3], bodies=[first.body], staff="街道工委工作人员 2 人",
        findings=FOUND, matters=[story.matter for story in stories],
    )  # fmt: skip
    note = write_note(content=content, by=by, now=later.watch.work())
    draft_proposal(
        matters=[story.matter for story in stories], lead=lead, notes=[note],
        title="关于统筹更新老旧小区公共设施的建议",
        situation="\n".join(f"{number}. {story.seed.words('text')}" for number, story in enumerate(stories, 1)),
        analysis=f"{note.held_on:%Y-%m-%d}，{note.place}：\n{FOUND}",
        request="请区政府明确牵头单位，一年内拿出分批更新计划并公示。",
        reason="几个小区都有，原因相同，单个部门难以解决。", by=by, now=later.watch.later(days=0, hours=2),
    )  # fmt: skip
