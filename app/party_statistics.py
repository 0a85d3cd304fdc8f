"""党内统计 (§12): the members on the roll of a day by branch and township, in groups; every figure has its records.

Whose member somebody is is said by the formal tie (谁管谁统计 [R137]): the branch and the office of the record. The
records say what is so now; on a past day the roll of that day is counted, each member as known now, with the age and
the years in the Party of that day.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain, groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledgers import team
from app.ledgers.team_checks import BRANCHES
from app.place import Place
from app.policy import Policies
from app.rules import balance, bands, identity, recruitment
from app.rules.balance import Event
from app.statistics import YOUNG, percent
from db.errors import Refusal
from db.models.organisation import Office, PartyOrg
from db.models.team import Member, MemberEvent


class Topic(StrEnum):
    """What is counted."""

    AGE = "age"
    EDUCATION = "education"
    SEX = "sex"
    NATION = "nation"
    PARTY_YEARS = "party-years"
    OCCUPATION = "occupation"
    ADMITTED = "admitted"
    BALANCE = "balance"


TITLES: Mapping[Topic, str] = {
    Topic.AGE: "年龄",
    Topic.EDUCATION: "学历",
    Topic.SEX: "性别",
    Topic.NATION: "民族",
    Topic.PARTY_YEARS: "党龄",
    Topic.OCCUPATION: "职业",
    Topic.ADMITTED: "发展党员",
    Topic.BALANCE: "增减平衡",
}
SCALES: Mapping[str, str] = {
    "a": "年报：党员基本情况",
    "b": "党内统计公报",
    "c": "年报：乡镇、村党员",
    "d": "年报：发展党员",
    "e": "年报：失联党员",
}
"""The scales of ages that policy holds (`bands.age.a` …), by letter."""


class By(StrEnum):
    """What a line is."""

    BRANCH = "branch"
    OFFICE = "office"


class Level(StrEnum):
    """How much a line sums up."""

    ALL = "all"
    OFFICE = "office"
    BRANCH = "branch"


@dataclass(frozen=True)
class Figure:
    """A number and the records of a ledger that it counts; `number` may be reckoned from others, without records."""

    number: int
    ids: Sequence[str] = ()
    ledger: str = Member.__tablename__


@dataclass(frozen=True)
class Line:
    """One line: of everything, of an office, or of a branch (`id` is the office's or the branch's)."""

    level: Level
    name: str
    id: str | None
    office: str | None
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Doubt:
    """Why a balance does not come out: the sentence, by how many, the records."""

    sentence: str
    number: int
    ids: tuple[str, ...]
    ledger: str = Member.__tablename__


@dataclass(frozen=True)
class Table:
    """A table of statistics.

    Attributes:
        day: the day of which it is (统计截止日).
        columns: what each figure of a line is; the first is the sum, or the beginning of a balance.
        lines: the sum of all first; nothing where there is nobody.
        finding: what is to be seen in it, in a sentence.
        charted: which columns a chart shows.
        shared: whether the columns are parts of the first one, so that a share can be said of each.
        doubts: what does not come out.
    """

    topic: Topic
    by: By
    day: date
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    finding: str
    charted: tuple[int, ...]
    shared: bool = True
    doubts: tuple[Doubt, ...] = ()

    @property
    def title(self) -> str:
        return f"党员{TITLES[self.topic]}" if self.shared else TITLES[self.topic]

    @property
    def bars(self) -> tuple[tuple[str, int], ...]:
        """The columns of a chart, of the sum of all."""
        whole = self.lines[0].figures if self.lines else ()
        return tuple((self.columns[at], whole[at].number if whole else 0) for at in self.charted)

    @property
    def shares(self) -> tuple[str, ...]:
        """What part of the sum each column is; nothing where the columns are no parts."""
        if not self.shared or not self.lines:
            return ()
        whole, *parts = (one.number for one in self.lines[0].figures)
        return ("100%" if whole else "—", *(percent(one, whole) if whole else "—" for one in parts))

    def place(self, line: Line, column: int) -> Place | None:
        """Where the records behind a figure stand, None where there are none."""
        figure = line.figures[column]
        if not figure.ids:
            return None
        return Place(figure.ledger, ids=tuple(figure.ids), title=f"{line.name} {self.columns[column]}")


# ---------------------------------------------------------------- the roll of a day

Key = tuple[str, str]
"""An office and a branch."""


def day_of(year: int, today: date) -> date:
    """The day of a year's figures: its last, or today. Raises `Refusal` for a year that has not begun."""
    if year > today.year:
        raise Refusal(f"{year} 年还没有到，没有数可以统计。请换一个年度", "no-such-year")
    return min(date(year, 12, 31), today)


def years(session: Session, today: date) -> tuple[int, ...]:
    """The years that events are known of, and the last two at least, the latest first."""
    first = session.scalar(
        select(MemberEvent.on).where(MemberEvent.deleted_at.is_(None)).order_by(MemberEvent.on).limit(1)
    )
    earliest = min(today.year - 1, max(first.year - 1, today.year - 20)) if first else today.year - 1
    return tuple(range(today.year, earliest - 1, -1))


def events_by_member(session: Session) -> Mapping[str, list[Event]]:
    """Every event by member, in the order of happening."""
    found: dict[str, list[Event]] = {}
    rows = session.execute(
        select(MemberEvent.member_id, MemberEvent.id, MemberEvent.kind, MemberEvent.on)
        .where(MemberEvent.deleted_at.is_(None))
        .order_by(MemberEvent.on, MemberEvent.id)
    )
    for member, id, kind, on in rows:
        found.setdefault(member, []).append(Event(id, kind, on))
    return found


def roll(session: Session, day: date, today: date, office: str | None, *columns: Any) -> Iterable[Any]:
    """(id, office, branch, joined_on, …) of the members on the roll at the end of a day: today's by the standing, a
    past day's by the events around it."""
    wanted = select(Member.id, Member.office_id, Member.branch_id, Member.joined_on, *columns).where(
        Member.deleted_at.is_(None)
    )
    if office is not None:
        wanted = wanted.where(Member.office_id == office)
    if day >= today:
        return session.execute(wanted.where(team.on_the_roll(today)))
    events = events_by_member(session)
    return (row for row in session.execute(wanted) if balance.on_the_roll(row[3], events.get(row[0], ()), day))


# ---------------------------------------------------------------- groups


@dataclass(frozen=True)
class Grouping:
    """How members are told apart: by which fields, into which groups; `rest` is called who is in none."""

    fields: tuple[str, ...]
    titles: tuple[str, ...]
    of: Callable[..., int | None]
    rest: str = "未填"


def scale(policy: Policies, key: str, default: str, day: date) -> tuple[int, ...]:
    """The bands that policy sets. Raises `Refusal` for what are none."""
    text = policy.text(key, day, default)
    try:
        return bands.lasts(text)
    except ValueError as error:
        raise Refusal(
            f"规则参数 {key} 的值“{text}”不能分组。请县里在“规则参数”中改成由小到大的整数，用空格隔开，如 {default}",
            "bad-policy",
        ) from error


def grouping(topic: Topic, policy: Policies, day: date, ages: str = "a") -> Grouping:
    """The groups of a topic on a day (§12.3); `ages` is the letter of a scale."""
    match topic:
        case Topic.AGE:
            known = scale(policy, f"bands.age.{ages}", bands.AGES[ages], day)
            return Grouping(("birth",), bands.titles(known), lambda birth: bands.band(known, identity.age(birth, day)))
        case Topic.PARTY_YEARS:
            spans = scale(policy, "bands.party_years", bands.PARTY_YEARS, day)
            probationary = len(spans) + 1

            def since(full_on: date | None, category: str) -> int | None:
                if full_on is not None and full_on <= day:
                    return bands.band(spans, recruitment.party_years(full_on, day))
                return probationary if full_on is not None or category == recruitment.PROBATIONARY else None

            titles = (*(f"{one}年" for one in bands.titles(spans)), "预备党员")
            return Grouping(("full_on", "category"), titles, since)
        case Topic.EDUCATION:
            return _by_code("education", bands.EDUCATION)
        case Topic.SEX:
            return _by_code("sex", bands.SEX, "未说明")
        case Topic.NATION:
            return _by_code("nation", bands.NATION, "其他")
        case Topic.OCCUPATION:
            return _by_code("work_post", bands.OCCUPATION, "未填明")
    raise ValueError(topic)


def _by_code(name: str, groups: Sequence[bands.Group], rest: str = "未填") -> Grouping:
    return Grouping((name,), tuple(title for title, _ in groups), lambda code: bands.group(groups, code), rest)


def table(
    session: Session, topic: Topic, by: By, day: date, today: date, *, office: str | None = None, ages: str = "a"
) -> Table:
    """The members on the roll of a day, in groups. `office` limits it to one."""
    groups = grouping(topic, Policies.read(session), day, ages)
    columns = [getattr(Member, name) for name in groups.fields]
    width = len(groups.titles) + 1
    cells: dict[Key, list[list[str]]] = {}
    known: dict[tuple[Any, ...], int] = {}
    for id, owner, branch, _, *values in roll(session, day, today, office, *columns):
        value = tuple(values)
        place = known.get(value)
        if place is None:
            found = groups.of(*value)
            place = known[value] = width - 1 if found is None else found
        line = cells.get((owner, branch))
        if line is None:
            line = cells[owner, branch] = [[] for _ in range(width)]
        line[place].append(id)
    titles = (*groups.titles, groups.rest)
    if not any(one[-1] for one in cells.values()):  # a column for nobody says nothing
        titles, width = groups.titles, width - 1

    def figures(parts: list[list[str]]) -> tuple[Figure, ...]:
        whole = list(chain.from_iterable(parts))
        return tuple(Figure(len(ids), ids) for ids in (whole, *parts[:width]))

    lines = lines_of(session, cells, by, office, len(groups.titles) + 1, figures)
    numbers = tuple(one.number for one in lines[0].figures) if lines else ()
    return Table(topic, by, day, ("合计", *titles), lines, finding(topic, titles, numbers), tuple(range(1, width + 1)))


def finding(topic: Topic, titles: Sequence[str], numbers: Sequence[int]) -> str:
    """What is to be seen in the groups, in a sentence; `numbers` begins with the sum."""
    if not numbers or not numbers[0]:
        return "没有在册党员"
    whole, *parts = numbers
    by_title = dict(zip(titles, parts, strict=True))
    match topic:
        case Topic.SEX:
            return f"女党员 {by_title['女']:,} 人，占 {percent(by_title['女'], whole)}"
        case Topic.NATION:
            some = by_title[bands.MINORITIES]
            return f"少数民族党员 {some:,} 人，占 {percent(some, whole)}"
        case Topic.EDUCATION:
            college = sum(parts[: bands.COLLEGE])
            return f"大专及以上 {college:,} 人，占 {percent(college, whole)}"
    most = max(range(len(parts)), key=lambda at: parts[at])
    unit = " 岁" if topic is Topic.AGE else ""
    what = f"党龄 {titles[most]}" if topic is Topic.PARTY_YEARS and titles[most].endswith("年") else titles[most]
    return f"{what}{unit}的最多，{parts[most]:,} 人，占 {percent(parts[most], whole)}"


# ---------------------------------------------------------------- those admitted in a year


def admitted(session: Session, by: By, day: date, today: date, *, office: str | None = None, ages: str = "d") -> Table:
    """发展党员 of the year of a day, by the events of that year: who was admitted, of them women, minorities, college
    graduates, and by age on the day (§12.3, tables 16 and 17). They count whatever became of them since."""
    policy = Policies.read(session)
    known = scale(policy, f"bands.age.{ages}", bands.AGES[ages], day)
    crosses, titles = ("其中女", "少数民族", "大专及以上"), bands.titles(known)
    first = 1 + len(crosses)
    wanted = (
        select(Member.id, Member.office_id, Member.branch_id, Member.sex, Member.nation, Member.education, Member.birth)
        .where(Member.deleted_at.is_(None))
        .where(
            Member.id.in_(
                select(MemberEvent.member_id).where(
                    MemberEvent.deleted_at.is_(None),
                    MemberEvent.kind == balance.ADMITTED,
                    MemberEvent.on >= date(day.year, 1, 1),
                    MemberEvent.on <= day,
                )
            )
        )
    )
    if office is not None:
        wanted = wanted.where(Member.office_id == office)
    cells: dict[Key, list[list[str]]] = {}
    for id, owner, branch, sex, nation, education, birth in session.execute(wanted):
        line = cells.setdefault((owner, branch), [[] for _ in range(first + len(titles))])
        degree = bands.group(bands.EDUCATION, education)
        line[0].append(id)
        for at, holds in enumerate(
            (
                bands.group(bands.SEX, sex) == 1,
                bands.group(bands.NATION, nation) == 1,
                degree is not None and degree < bands.COLLEGE,
            ),
            1,
        ):
            if holds:
                line[at].append(id)
        line[first + bands.band(known, identity.age(birth, day))].append(id)

    def figures(parts: list[list[str]]) -> tuple[Figure, ...]:
        return tuple(Figure(len(ids), ids) for ids in parts)

    lines = lines_of(session, cells, by, office, first + len(titles), figures)
    said = f"{day.year} 年没有发展党员"
    if lines and (whole := lines[0].figures[0].number):
        said = f"{day.year} 年发展党员 {whole:,} 人"
        if YOUNG in known:
            young = sum(one.number for one in lines[0].figures[first : first + known.index(YOUNG) + 1])
            said += f"，{YOUNG} 岁及以下占 {percent(young, whole)}"
    charted = tuple(range(first, first + len(titles)))
    return Table(Topic.ADMITTED, by, day, ("合计", *crosses, *titles), lines, said, charted)


# ---------------------------------------------------------------- lines

UNKNOWN = ("~", "（没有登记）")
"""An office or a branch that the store does not have, after all others."""


def lines_of(
    session: Session,
    cells: Mapping[Key, list[list[str]]],
    by: By,
    office: str | None,
    width: int,
    figures: Callable[[list[list[str]]], tuple[Figure, ...]],
) -> tuple[Line, ...]:
    """The lines: the sum of all, then each office (where there are several) and, if asked for, each branch, those with
    nobody too. Nothing where there is neither a branch nor a member."""
    names = {id: (code, name) for id, code, name in session.execute(select(Office.id, Office.code, Office.name))}
    orgs = session.execute(
        select(PartyOrg.id, PartyOrg.office_id, PartyOrg.code, PartyOrg.name, PartyOrg.kind, PartyOrg.deleted_at)
    )
    called: dict[str, tuple[str, str, str]] = {}
    branches: set[Key] = set(cells)
    for id, owner, code, name, kind, deleted_at in orgs:
        called[id] = (code or "~", id, name)
        if office in (None, owner) and deleted_at is None and kind in BRANCHES:
            branches.add((owner, id))
    if not branches:
        return ()
    nobody: list[list[str]] = [[] for _ in range(width)]
    ordered = sorted(branches, key=lambda key: (*names.get(key[0], UNKNOWN), *called.get(key[1], UNKNOWN)))
    found, whole = [], [list[str]() for _ in range(width)]
    several = len({owner for owner, _ in ordered}) > 1
    for owner, keys in groupby(ordered, key=lambda key: key[0]):
        own, inner = [list[str]() for _ in range(width)], []
        for key in keys:
            parts = cells.get(key, nobody)
            for sums in (own, whole):
                for place, ids in enumerate(parts):
                    sums[place] += ids
            if by is By.BRANCH:
                inner.append(Line(Level.BRANCH, called.get(key[1], UNKNOWN)[-1], key[1], owner, figures(parts)))
        if several or by is By.OFFICE:
            found.append(Line(Level.OFFICE, names.get(owner, UNKNOWN)[-1], owner, owner, figures(own)))
        found += inner
    return (Line(Level.ALL, "合计", None, office, figures(whole)), *found)
