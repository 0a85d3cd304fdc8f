"""党内统计 (§12): the members on the roll of a day by branch and township, in groups; every figure has its records.

Whose member somebody is is said by the formal tie (谁管谁统计 [R137]): the branch and the office of the record. The
records say what is so now; on a past day the roll of that day is counted, each member as known now, with the age and
the years in the Party of that day.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from itertools import chain, groupby
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app import offices
from app.ledgers import team
from app.ledgers.team_checks import BRANCHES
from app.place import Place
from app.policy import Policies
from app.rules import balance, bands, discipline, recruitment
from app.rules.balance import Event
from app.rules.spans import latest_start
from app.statistics import OLD, YOUNG, old_and_young, percent
from db import codes, settings
from db.errors import Refusal
from db.models.organisation import Office, PartyOrg
from db.models.team import Discipline, Member, MemberEvent


class Topic(StrEnum):
    """What is counted."""

    AGE = "age"
    EDUCATION = "education"
    SEX = "sex"
    NATION = "nation"
    PARTY_YEARS = "party-years"
    OCCUPATION = "occupation"
    ADMITTED = "admitted"
    DISCIPLINE = "discipline"
    BALANCE = "balance"


TITLES: Mapping[Topic, str] = {
    Topic.AGE: "年龄",
    Topic.EDUCATION: "学历",
    Topic.SEX: "性别",
    Topic.NATION: "民族",
    Topic.PARTY_YEARS: "党龄",
    Topic.OCCUPATION: "职业",
    Topic.ADMITTED: "发展党员",
    Topic.DISCIPLINE: "党纪处分",
    Topic.BALANCE: "增减平衡",
}
OF_A_YEAR = frozenset({Topic.ADMITTED, Topic.DISCIPLINE, Topic.BALANCE})
"""Topics that count what happened in a year, and not who is on the roll of a day."""
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


Part = list[tuple[int, str]]
"""Records: how many, and their ids separated by blanks; 100,000 ids are quicker brought in a few long texts."""


@dataclass(frozen=True)
class Figure:
    """A number and the records of a ledger that it counts; it may be reckoned from others, without records."""

    number: int
    parts: Part
    ledger: str = Member.__tablename__

    @property
    def ids(self) -> tuple[str, ...]:
        return ids_of(self.parts)


def ids_of(parts: Part) -> tuple[str, ...]:
    """The ids in parts."""
    return tuple(" ".join(ids for _, ids in parts).split())


def figure(parts: Part, ledger: str = Member.__tablename__) -> Figure:
    """The number of the records in parts."""
    return Figure(sum(number for number, _ in parts), parts, ledger)


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
        known = TITLES[self.topic]
        return known if self.topic in OF_A_YEAR else f"党员{known}"

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
        if not figure.parts:
            return None
        of = f"{TITLES[self.topic]} " if self.shared and column else ""
        title = f"{self.day.year} 年 {line.name} {of}{self.columns[column]}"
        return Place(figure.ledger, ids=figure.ids, title=title)


# ---------------------------------------------------------------- the roll of a day

Key = tuple[str, str]
"""An office and a branch."""


def day_of(year: int, today: date) -> date:
    """The day of a year's figures: its last, or today. Raises `Refusal` for a year that has not begun."""
    if year > today.year:
        raise Refusal(f"{year} 年还没有到，没有数可以统计。请换一个年度", "no-such-year")
    return min(date(year, 12, 31), today)


def years(session: Session, today: date) -> tuple[int, ...]:
    """The years that events or disciplinary decisions are known of, and the last two at least, the latest first."""
    event = session.scalar(select(func.min(MemberEvent.on)).where(MemberEvent.deleted_at.is_(None)))
    decision = session.scalar(select(func.min(Discipline.decided_on)).where(Discipline.deleted_at.is_(None)))
    known = [today.year, *([event.year] if event else []), *([decision.year] if decision else [])]
    earliest = min(today.year - 1, max(min(known) - 1, today.year - 20))
    return tuple(range(today.year, earliest - 1, -1))


def events_by_member(session: Session) -> Mapping[str, list[Event]]:
    """Every event by member, in the order of happening."""
    found: dict[str, list[Event]] = {}
    rows = session.execute(
        select(MemberEvent.member_id, MemberEvent.id, MemberEvent.kind, MemberEvent.on)
        .where(MemberEvent.deleted_at.is_(None), MemberEvent.kind.in_((*balance.GAINS, *balance.LOSSES)))
        .order_by(MemberEvent.on, MemberEvent.id)
    )
    for member, id, kind, on in rows:
        found.setdefault(member, []).append(Event(id, kind, on))
    return found


WITH_EVENTS = select(MemberEvent.member_id).where(MemberEvent.deleted_at.is_(None))
"""The members who have an event."""


def grouped(
    session: Session, by: By, conditions: Sequence[ColumnElement[bool]], *columns: ColumnElement[Any]
) -> Iterable[tuple[Key, tuple[Any, ...], Part]]:
    """(office and branch, values of the columns, the members of them) of the members that meet some conditions."""
    keys = (Member.office_id, _branch(by), *columns)
    found = session.execute(
        select(*keys, func.count(), func.aggregate_strings(Member.id, " "))
        .where(Member.deleted_at.is_(None), *conditions)
        .group_by(*(key for key in keys if key is not NOBODY))
    )
    for owner, branch, *values, number, ids in found:
        yield (owner, branch), tuple(values), [(number, ids)]


def _branch(by: By) -> ColumnElement[Any]:
    return Member.branch_id.expression if by is By.BRANCH else NOBODY


NOBODY: ColumnElement[Any] = literal_column("''")
"""Stands for the branch where branches are not told apart."""


def roll(
    session: Session, by: By, day: date, today: date, office: str | None, columns: Sequence[ColumnElement[Any]]
) -> Iterable[tuple[Key, tuple[Any, ...], Part]]:
    """`grouped` of the members on the roll at the end of a day: today's by the standing, a past day's by the events
    around it."""
    own = offices.of_office(session, Member, office)
    if day >= today:
        yield from grouped(session, by, [*own, team.on_the_roll(today)], *columns)
        return
    joined = or_(Member.joined_on.is_(None), Member.joined_on <= day)
    yield from grouped(session, by, [*own, Member.id.not_in(WITH_EVENTS), joined], *columns)
    events = events_by_member(session)
    wanted = select(Member.id, Member.office_id, _branch(by), Member.joined_on, *columns).where(
        Member.deleted_at.is_(None), Member.id.in_(WITH_EVENTS), *own
    )
    for id, owner, branch, joined_on, *values in session.execute(wanted):
        if balance.on_the_roll(joined_on, events.get(id, ()), day):
            yield (owner, branch), tuple(values), [(1, id)]


# ---------------------------------------------------------------- groups


@dataclass(frozen=True)
class Grouping:
    """How members are told apart: by which value, that the store finds, into which groups; `says` makes a sentence of
    the numbers of the groups, where there is anybody; `rest` is called who is in none."""

    value: ColumnElement[Any]
    titles: tuple[str, ...]
    of: Callable[[Any], int | None]
    says: Callable[[Sequence[int]], str]
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
            return _of_age(scale(policy, f"bands.age.{ages}", bands.AGES[ages], day), day)
        case Topic.PARTY_YEARS:
            return _of_party_years(scale(policy, "bands.party_years", bands.PARTY_YEARS, day), day)
        case Topic.EDUCATION:
            return _by_code(Member.education, bands.EDUCATION, _part("大专及以上", slice(bands.COLLEGE)))
        case Topic.SEX:
            return _by_code(Member.sex, bands.SEX, _part("女党员", slice(1, 2)), "未说明")
        case Topic.NATION:
            return _by_code(Member.nation, bands.NATION, _part("少数民族党员", slice(1, 2)), "其他")
        case Topic.OCCUPATION:
            titles = tuple(title for title, _ in bands.OCCUPATION)
            return _by_code(Member.work_post, bands.OCCUPATION, partial(most, titles), "未填明")
    raise ValueError(topic)


def _of_age(lasts: tuple[int, ...], day: date) -> Grouping:
    spoken = tuple(f"{one}的" for one in bands.spoken(lasts, "岁"))
    says = partial(old_and_young, lasts) if {YOUNG, OLD} <= set(lasts) else partial(most, spoken)
    return Grouping(_since(Member.birth, lasts, day), bands.titles(lasts), int, says)


def _of_party_years(lasts: tuple[int, ...], day: date) -> Grouping:
    """D26: from the day of becoming a full member. Who became one later was probationary on the day."""
    probationary = len(lasts) + 1
    value = case(
        (Member.full_on <= day, _since(Member.full_on, lasts, day)),
        (or_(Member.full_on > day, Member.category == recruitment.PROBATIONARY), probationary),
    )
    titles = (*(f"{one}年" for one in bands.titles(lasts)), "预备党员")
    spoken = (*(f"党龄 {one}的" for one in bands.spoken(lasts, "年")), "预备党员")
    return Grouping(value, titles, lambda place: place, partial(most, spoken))


def _since(column: InstrumentedAttribute[Any], lasts: Sequence[int], day: date) -> ColumnElement[int]:
    """In which band the whole years lie that have passed since a day, until another."""
    ends = [(column > latest_start(day, last + 1), place) for place, last in enumerate(lasts)]
    return case(*ends, else_=len(lasts))


def _by_code(
    column: InstrumentedAttribute[Any],
    groups: Sequence[bands.Group],
    says: Callable[[Sequence[int]], str],
    rest: str = "未填",
) -> Grouping:
    titles = tuple(title for title, _ in groups)
    return Grouping(column.expression, titles, partial(bands.group, groups), says, rest)


def _part(what: str, groups: slice) -> Callable[[Sequence[int]], str]:
    """A sentence about some of the groups."""

    def said(numbers: Sequence[int]) -> str:
        part = sum(numbers[groups])
        return f"{what} {part:,} 人，占 {percent(part, sum(numbers))}"

    return said


def most(titles: Sequence[str], numbers: Sequence[int]) -> str:
    """A sentence about the largest group of those that have a title; without it there is none to speak of."""
    part = max(numbers[: len(titles)])
    if not part:
        return "都没有填写"
    return f"{titles[numbers.index(part)]}最多，{part:,} 人，占 {percent(part, sum(numbers))}"


def table(
    session: Session, topic: Topic, by: By, day: date, today: date, *, office: str | None = None, ages: str = "a"
) -> Table:
    """The members on the roll of a day, in groups. `office` limits it to one."""
    groups = grouping(topic, Policies.read(session), day, ages)
    width = len(groups.titles) + 1
    cells: dict[Key, list[Part]] = {}
    for key, (value,), part in roll(session, by, day, today, office, [groups.value]):
        line = cells.get(key)
        if line is None:
            line = cells[key] = [[] for _ in range(width)]
        place = groups.of(value)
        line[width - 1 if place is None else place] += part
    titles = (*groups.titles, groups.rest)
    if not any(one[-1] for one in cells.values()):  # a column for nobody says nothing
        titles, width = groups.titles, width - 1

    def figures(parts: list[Part]) -> tuple[Figure, ...]:
        return tuple(map(figure, (list(chain.from_iterable(parts)), *parts[:width])))

    lines = lines_of(session, cells, by, office, len(groups.titles) + 1, figures)
    numbers = [one.number for one in lines[0].figures] if lines else [0]
    said = groups.says(numbers[1:]) if numbers[0] else "没有在册党员"
    return Table(topic, by, day, ("合计", *titles), lines, said, tuple(range(1, width + 1)))


# ---------------------------------------------------------------- those admitted in a year


def admitted(session: Session, by: By, day: date, today: date, *, office: str | None = None, ages: str = "d") -> Table:
    """发展党员 of the year of a day, by the events of that year: who was admitted, of them women, minorities, college
    graduates, and by age on the day (§12.3, tables 16 and 17). They count whatever became of them since."""
    policy = Policies.read(session)
    known = scale(policy, f"bands.age.{ages}", bands.AGES[ages], day)
    crosses, titles = ("其中女", "少数民族", "大专及以上"), bands.titles(known)
    first = 1 + len(crosses)
    events = select(MemberEvent.member_id).where(
        MemberEvent.deleted_at.is_(None),
        MemberEvent.kind == balance.ADMITTED,
        MemberEvent.on >= date(day.year, 1, 1),
        MemberEvent.on <= day,
    )
    told = [one.expression for one in (Member.sex, Member.nation, Member.education)]
    cells: dict[Key, list[Part]] = {}
    conditions = [*offices.of_office(session, Member, office), Member.id.in_(events)]
    for key, (sex, nation, education, age), part in grouped(
        session, by, conditions, *told, _since(Member.birth, known, day)
    ):
        line = cells.setdefault(key, [[] for _ in range(first + len(titles))])
        degree = bands.group(bands.EDUCATION, education)
        of = (
            True,
            bands.group(bands.SEX, sex) == 1,
            bands.group(bands.NATION, nation) == 1,
            degree is not None and degree < bands.COLLEGE,
        )
        for place in (*(at for at, holds in enumerate(of) if holds), first + age):
            line[place] += part

    def figures(parts: list[Part]) -> tuple[Figure, ...]:
        return tuple(map(figure, parts))

    lines = lines_of(session, cells, by, office, first + len(titles), figures)
    said = f"{day.year} 年没有发展党员"
    if lines and (whole := lines[0].figures[0].number):
        said = f"{day.year} 年发展党员 {whole:,} 人"
        if YOUNG in known:
            young = sum(one.number for one in lines[0].figures[first : first + known.index(YOUNG) + 1])
            said += f"，{YOUNG} 岁及以下占 {percent(young, whole)}"
    charted = tuple(range(first, first + len(titles)))
    return Table(Topic.ADMITTED, by, day, ("合计", *crosses, *titles), lines, said, charted)


# ---------------------------------------------------------------- disciplinary decisions of a year


def disciplined(session: Session, by: By, day: date, *, office: str | None = None) -> Table:
    """党纪处分 of the year of a day, by kind (§12.1, tables 12 and 13): each decision counts, whatever became of the
    member since; it stands where the member does now."""
    kinds = codes.table("discipline_kind").items
    place_of = {one.code: place for place, one in enumerate(kinds, 1)}
    cells: dict[Key, list[Part]] = {}
    wanted = (
        select(Discipline.id, Discipline.kind, Member.office_id, Member.branch_id)
        .join(Member, Member.id == Discipline.member_id)
        .where(
            Discipline.deleted_at.is_(None),
            Discipline.decided_on >= date(day.year, 1, 1),
            Discipline.decided_on <= day,
            *offices.of_office(session, Member, office),
        )
    )
    for id, kind, owner, branch in session.execute(wanted.order_by(Discipline.id)):
        line = cells.setdefault((owner, branch if by is By.BRANCH else ""), [[] for _ in range(len(kinds) + 1)])
        for place in {0, place_of.get(kind, 0)}:  # a kind that a newer program knows is in the sum alone
            line[place].append((1, id))

    def figures(parts: list[Part]) -> tuple[Figure, ...]:
        return tuple(figure(part, Discipline.__tablename__) for part in parts)

    lines = lines_of(session, cells, by, office, len(kinds) + 1, figures)
    found = f"{day.year} 年没有党员受党纪处分"
    if lines and (whole := lines[0].figures[0].number):
        heavy = sum(lines[0].figures[place_of[one]].number for one in (discipline.WATCHED, discipline.EXPELLED))
        found = f"{day.year} 年党员受党纪处分 {whole:,} 人次，其中留党察看、开除党籍 {heavy:,} 人次"
    columns = ("合计", *(one.name for one in kinds))
    return Table(Topic.DISCIPLINE, by, day, columns, lines, found, tuple(range(1, len(columns))))


# ---------------------------------------------------------------- lines

UNKNOWN = ("~", "（没有登记）")
"""An office or a branch that the store does not have, after all others."""


def lines_of(
    session: Session,
    cells: Mapping[Key, list[Part]],
    by: By,
    office: str | None,
    width: int,
    figures: Callable[[list[Part]], tuple[Figure, ...]],
) -> tuple[Line, ...]:
    """The lines: the sum of all, then each office (where there are several) and, if asked for, each branch, those with
    nobody too. Nothing where there is neither a branch nor a member.

    Without branches an office directly below the one asked for (this one, if none is) sums up all that is under it."""
    among = None if office is None else set(offices.within(session, office))
    below = offices.next_below(session, office or settings.get(session, "office_id") or "") if by is By.OFFICE else {}
    cells = _summed(cells, below, width)
    names = {id: (code, name) for id, code, name in session.execute(select(Office.id, Office.code, Office.name))}
    orgs = session.execute(
        select(PartyOrg.id, PartyOrg.office_id, PartyOrg.code, PartyOrg.name, PartyOrg.kind, PartyOrg.deleted_at)
    )
    called: dict[str, tuple[str, str, str]] = {}
    branches: set[Key] = set(cells)
    for id, owner, code, name, kind, deleted_at in orgs:
        called[id] = (code or "~", id, name)
        if (among is None or owner in among) and deleted_at is None and kind in BRANCHES:
            branches.add((below.get(owner, owner), id if by is By.BRANCH else ""))
    if not branches:
        return ()
    nobody: list[Part] = [[] for _ in range(width)]
    ordered = sorted(branches, key=lambda key: (*names.get(key[0], UNKNOWN), *called.get(key[1], UNKNOWN)))
    found, whole = [], [Part() for _ in range(width)]
    several = len({owner for owner, _ in ordered}) > 1
    for owner, keys in groupby(ordered, key=lambda key: key[0]):
        own, inner = [Part() for _ in range(width)], []
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


def _summed(cells: Mapping[Key, list[Part]], below: Mapping[str, str], width: int) -> Mapping[Key, list[Part]]:
    """The cells with those of several offices put together under the one that each is `below`."""
    found: dict[Key, list[Part]] = {}
    for (owner, branch), parts in cells.items():
        into = found.setdefault((below.get(owner, owner), branch), [[] for _ in range(width)])
        for place, part in enumerate(parts):
            into[place] += part
    return found
