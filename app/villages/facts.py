"""What the ledgers say of villages, one query for each ledger, however many villages; here of the base and the people.

Money is in `means`, method and duty in `work`. Each function answers {village: `Section`}. A tone says
how much a fact presses, by the rules of its own ledger; a fact without one is only told.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import statistics
from app.ledgers import cadres, team
from app.place import Place
from app.rules import recruitment
from app.rules.cadres import BOTH, SECRETARY
from app.rules.organisation import TermState
from db import codes
from db.models.method import Dispatch
from db.models.organisation import Village
from db.models.recruitment import StagnantVillage
from db.models.team import Cadre, Member
from db.models.village_team import TeamAppraisal, VillageDecision


@dataclass(frozen=True)
class Fact:
    """One fact of a village. `tone`: good, attention, wrong or nothing; `place` is where the records are."""

    title: str
    text: str
    place: Place | None = None
    tone: str = ""


@dataclass(frozen=True)
class Section:
    """What one system has to say: a line at a glance, and every fact."""

    glance: str
    facts: tuple[Fact, ...]
    tone: str = ""


@dataclass(frozen=True)
class Ground:
    """Of which villages something is asked, and what hangs on them.

    Attributes:
        villages: their records by id.
        orgs: organisation → the village where it is, or where the nearest one above it is.
        members: member on the roll → village.
    """

    session: Session
    today: date
    villages: Mapping[str, Village]
    orgs: Mapping[str, str]
    members: Mapping[str, str]


def records(page: str, ids: Iterable[str], title: str) -> Place | None:
    """The place of some records; nowhere without any."""
    found = tuple(ids)
    return Place(page, ids=found, title=title) if found else None


def grouped(rows: Iterable[Any], village: Mapping[str, str] | None = None) -> Mapping[str, list[Any]]:
    """Rows by the village in their first column, or by the one that the first column leads to."""
    found: dict[str, list[Any]] = defaultdict(list)
    for one in rows:
        at = one[0] if village is None else village.get(one[0])
        if at is not None:
            found[at].append(one)
    return found


TONES = ("wrong", "attention", "good", "")
"""The worst first."""


def worst(tones: Iterable[str]) -> str:
    """The tone that presses most."""
    return min(tones, key=TONES.index, default="")


def section(
    glance: Sequence[str], facts: Sequence[Fact], told: Sequence[str] = (), quiet: Sequence[str] = ()
) -> Section:
    """A section as bad as the worst of its facts, but for the `quiet` ones, which are so nearly everywhere.

    The glance says the facts that are `told`; of the others it names those that press.
    """
    pressing = [one for one in facts if one.tone in ("wrong", "attention") and one.title not in (*told, *quiet)]
    tone = worst(one.tone for one in facts if one.title not in quiet)
    return Section(
        "，".join([*glance, *(f"{one.title}要看" for one in pressing)]) if glance else "", tuple(facts), tone
    )


# ---------------------------------------------------------------- 组织底册


def base(ground: Ground) -> Mapping[str, Section]:
    """Who lives there, who looks after it, its organisations and their terms."""
    orgs: dict[str, list[str]] = defaultdict(list)
    for org, village in ground.orgs.items():
        orgs[village].append(org)
    terms: dict[str, list[statistics.Term]] = defaultdict(list)
    for term in statistics.terms(ground.session, ground.today):
        if (at := ground.orgs.get(term.id)) is not None:
            terms[at].append(term)
    found = {}
    for id, one in ground.villages.items():
        own = Place("village", ids=(id,), title=one.name)
        facts = [
            Fact("类别", codes.table("village_kind").name(one.kind), own),
            Fact("户数和人口", f"{one.households or 0:,} 户 {one.population or 0:,} 人", own),
            Fact("联村领导", one.contact_leader or "没有填写", own),
            Fact("片长 · 驻村干部", f"{one.area_head or '—'} · {one.resident_cadre or '—'}", own),
            Fact(
                "党组织",
                f"{len(orgs[id])} 个" if orgs[id] else "没有登记",
                records("party_org", sorted(orgs[id]), one.name) or Place("party_org"),
                "" if orgs[id] else "wrong",
            ),
        ]
        if terms[id]:
            first = terms[id][0]
            tone = {TermState.OVER: "wrong", TermState.ALARM: "attention", TermState.NOTICE: "attention"}
            facts.append(
                Fact("换届", f"{first.ends_on} 届满", Place("party_org", ids=(first.id,)), tone.get(first.state, ""))
            )
        found[id] = section((), facts)
    return found


# ---------------------------------------------------------------- 活力党建


def people(ground: Ground) -> Mapping[str, Section]:
    """Members, posts, admissions, cadres, their appraisal and who was sent."""
    session, today = ground.session, ground.today
    on_roll = grouped(
        session.execute(
            select(Member.branch_id, Member.id, Member.category, Member.joined_on, team.without_office(today),
                   team.with_post(today))
            .where(Member.deleted_at.is_(None), team.on_the_roll(today), Member.branch_id.in_(ground.orgs))
            .order_by(Member.id)
        ),
        ground.orgs,
    )  # fmt: skip
    in_office = grouped(
        session.execute(
            select(Cadre.village_id, Cadre.id, Cadre.name, Cadre.role)
            .where(Cadre.deleted_at.is_(None), cadres.in_office(today), Cadre.village_id.in_(ground.villages))
            .order_by(Cadre.role, Cadre.id)
        )
    )
    appraised = grouped(
        session.execute(
            select(TeamAppraisal.village_id, TeamAppraisal.id, TeamAppraisal.year, TeamAppraisal.result)
            .where(TeamAppraisal.deleted_at.is_(None), TeamAppraisal.village_id.in_(ground.villages))
            .order_by(TeamAppraisal.year)
        )
    )
    decided = grouped(
        session.execute(
            select(VillageDecision.village_id, VillageDecision.id, VillageDecision.published_on)
            .where(VillageDecision.deleted_at.is_(None), VillageDecision.village_id.in_(ground.villages))
            .order_by(VillageDecision.id)
        )
    )
    sent = grouped(
        session.execute(
            select(Dispatch.to_org_id, Dispatch.id, Dispatch.name, Dispatch.kind)
            .where(Dispatch.deleted_at.is_(None), Dispatch.recalled_on.is_(None), Dispatch.to_org_id.in_(ground.orgs))
            .order_by(Dispatch.id)
        ),
        ground.orgs,
    )
    stagnant = _stagnant(ground)
    return {
        id: _people_of(
            one, on_roll.get(id, []), in_office.get(id, []), appraised.get(id, []), decided.get(id, []),
            sent.get(id, []), stagnant.get(id),
        )
        for id, one in ground.villages.items()
    }  # fmt: skip


def _people_of(
    one: Village,
    members: Sequence[Any],
    held: Sequence[Any],
    appraised: Sequence[Any],
    decided: Sequence[Any],
    sent: Sequence[Any],
    stagnant: str | None,
) -> Section:
    head = next((cadre for cadre in held if cadre[3] in (SECRETARY, BOTH)), None)
    probation = [row[1] for row in members if row[2] == recruitment.PROBATIONARY]
    last = max((row[3] for row in members if row[3]), default=None)
    everybody = records("member", (row[1] for row in members), f"{one.name}党员")
    in_office = records("cadre", (cadre[1] for cadre in held), f"{one.name}在任村干部")
    facts = [
        Fact("书记", head[2], Place("cadre", ids=(head[1],))) if head else _lacking("书记", "没有登记", "cadre"),
        Fact("村干部", f"在任 {len(held)} 人", in_office),
        Fact("党员", f"{len(members):,} 人", everybody, "" if members else "attention"),
        Fact("预备党员", f"{len(probation)} 人", records("member", probation, f"{one.name}预备党员")),
    ]
    if last is not None:
        newest = (row[1] for row in members if row[3] == last)
        facts.append(Fact("最近入党", f"{last.year}年{last.month}月", records("member", newest, f"{one.name}最近入党")))
    if stagnant is not None:
        facts.append(Fact("空白村", "没有销号", Place("stagnant_village", ids=(stagnant,)), "wrong"))
    facts += [_posts(one, members), *_appraisal(appraised), *_decisions(one, decided)]
    facts += [Fact(codes.table("dispatch_kind").name(row[3]), row[2], Place("dispatch", ids=(row[1],))) for row in sent]
    told = [f"书记 {head[2]}" if head else "没有书记", f"党员 {len(members)}"]
    told += [f"预备 {len(probation)}"] if probation else []
    told.append("空白村" if stagnant is not None else f"{last.year}年入党" if last else "没有人入党")
    return section(told, facts, ("书记", "党员", "空白村"), ("无职党员设岗", "村级决策"))


def _lacking(title: str, text: str, page: str) -> Fact:
    """What ought to be there and is not."""
    return Fact(title, text, Place(page), "wrong")


def _posts(one: Village, members: Sequence[Any]) -> Fact:
    ought = [row[1] for row in members if row[4]]
    without = [row[1] for row in members if row[4] and not row[5]]
    place = records("member", without, f"{one.name}未设岗") or records("member", ought, f"{one.name}无职党员")
    tone = "attention" if without else "good" if ought else ""
    return Fact("无职党员设岗", f"{len(ought) - len(without)} / {len(ought)} 人", place, tone)


def _appraisal(appraised: Sequence[Any]) -> list[Fact]:
    """The last one."""
    if not appraised:
        return []
    _, id, year, result = appraised[-1]
    name = codes.table("cadre_result").name(result) if result else "没有定等次"
    return [Fact("班子考核", f"{year}年 {name}", Place("team_appraisal", ids=(id,)))]


def _decisions(one: Village, decided: Sequence[Any]) -> list[Fact]:
    if not decided:
        return []
    hidden = [id for _, id, published in decided if published is None]
    text = f"{len(decided)} 件" + (f"，未公开 {len(hidden)} 件" if hidden else "")
    place = records("village_decision", hidden or [id for _, id, _ in decided], f"{one.name}决策")
    return [Fact("村级决策", text, place, "attention" if hidden else "")]


def _stagnant(ground: Ground) -> Mapping[str, str]:
    """The villages that are listed as stagnant, with their records."""
    rows = select(StagnantVillage.village_id, StagnantVillage.id).where(
        StagnantVillage.deleted_at.is_(None), StagnantVillage.closed_on.is_(None)
    )
    return dict(ground.session.execute(rows).all())
