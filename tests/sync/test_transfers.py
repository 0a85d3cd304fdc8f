"""Letters between two townships of a county, through real packages: accepted, sent back, crossing, lost, taken back."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import app.workspace
from app import actions, editing
from app.ledgers.catalogue import LEDGERS
from app.listing import Query, ids
from app.sync import transfers, wire
from app.sync.intake import take_in
from app.sync.outcome import Outcome
from app.sync.outgoing import export
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.journal import BatchLine, Values, stored_rows
from db.models.common import Remark
from db.models.organisation import Office, PartyOrg
from db.models.team import Member, MemberEvent, Transfer
from db.parsing import check_digit
from tests.sync.forging import forged
from tests.sync.world import CODES, NAMES, quick, template

LETTER = LEDGERS["transfer"]
TODAY = date(2026, 11, 3)
NUMBER = f"53290119780312001{check_digit('53290119780312001')}"


@dataclass
class County:
    """A county with two townships, and what people do there."""

    root: Path
    upper: Workspace
    giver: Workspace
    receiver: Workspace
    member: str
    branch: str
    """A branch of the receiver's."""

    def up(self, town: Workspace) -> Outcome:
        """A township hands over and the county takes it in."""
        return applied(take_in(self.upper, export(town, self.root).file))

    def down(self, town: Workspace) -> Outcome:
        """The county answers a township."""
        return applied(take_in(town, export(self.upper, self.root, code=town.office.code).file))

    def over(self, source: Workspace, target: Workspace) -> Outcome:
        """From one township through the county to the other."""
        self.up(source)
        return self.down(target)

    def letter(self, **typed: str) -> str:
        """A letter of the giver's for the receiver."""
        given = {
            "member_id": self.member,
            "direction": "转出",
            "scope": "县内",
            "to_office_id": self.receiver.office.code,
            "letter_no": "第12号",
            "issued_on": "2026-11-01",
            "dues_paid_to": "2026-10",
            **typed,
        }
        return editing.save(self.giver, LETTER, given)

    def accept(self, letter: str, **typed: str) -> str:
        """The receiver accepts it."""
        return actions.act(self.receiver, LETTER, letter, "accept", {"branch_id": self.branch, **typed})

    def batch(self, label: str) -> str:
        """An operation of the receiver's, by its label."""
        with self.receiver.read() as session:
            return session.scalars(select(BatchLine.id).where(BatchLine.label == label)).one()

    def answer(self, letter: str, ws: Workspace | None = None) -> Values:
        """The answer to a letter as an office has it, the latest."""
        ws = ws or self.receiver
        with ws.read() as session:
            found = session.scalars(
                select(Transfer.id).where(Transfer.answers_id == letter).order_by(Transfer.id.desc())
            ).first()
        assert found is not None
        return row(ws, found)


def applied(outcome: Outcome) -> Outcome:
    assert outcome.status == "applied", outcome.message
    assert [one.message for one in outcome.findings if one.rule == "drift"] == []
    return outcome


def row(ws: Workspace, record_id: str, ledger: str = "transfer") -> Values:
    with ws.engine.connect() as connection:
        return stored_rows(connection, LEDGERS[ledger].model, [record_id]).get(record_id, {})


def standing(county: County) -> str:
    return str(row(county.giver, county.member, "member")["standing"])


def roll(ws: Workspace, number: str = NUMBER) -> list[tuple[str, str]]:
    """(name, standing) of the live members of a store's own office with a number."""
    with ws.read() as session:
        found = session.execute(
            select(Member.name, Member.standing).where(
                Member.resident_id == number, Member.deleted_at.is_(None), Member.office_id == ws.office.id
            )
        )
        return [(name, standing) for name, standing in found]


def events(ws: Workspace) -> list[tuple[str, date, str | None]]:
    with ws.read() as session:
        found = session.scalars(
            select(MemberEvent)
            .where(MemberEvent.deleted_at.is_(None), MemberEvent.office_id == ws.office.id)
            .order_by(MemberEvent.id)
        )
        return [(one.kind, one.on, one.reason) for one in found]


def offered(ws: Workspace, letter: str) -> list[str]:
    with ws.read() as session:
        return [one.title for one in actions.offers(session, ws.office, LETTER, letter)]


def waiting(ws: Workspace) -> list[str]:
    with ws.read() as session:
        return [*ids(session, LETTER, Query(chips=("待接收",)))]


def told(outcome: Outcome) -> list[str]:
    return [one.message for one in outcome.findings if one.rule == "transfer.receipt"]


def doubts(ws: Workspace, letter: str) -> list[str]:
    from app import record_view

    with ws.read() as session:
        return [one.message for one in record_view.view(ws, session, LETTER, letter).findings]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county and two townships that know each other's names, to copy from; made once."""
    source, _ = template()
    root = tmp_path_factory.mktemp("县")
    for place in range(3):
        shutil.copytree(source / str(place), root / str(place))
    with quick(400_000), pytest.MonkeyPatch.context() as patch, opened(root, patch) as made:
        person = {"resident_id": NUMBER, "birth": "1978-03-12", "joined_on": "2000-07-01", "full_on": "2001-07-01"}
        editing.save(made.giver, LEDGERS["member"], {**person, "phone": "13873910001"}, made.member)
        made.up(made.giver)
        for town in (made.giver, made.receiver):
            made.down(town)
    return root


@pytest.fixture
def county(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[County]:
    for place in range(3):
        shutil.copytree(prepared / str(place), tmp_path / str(place))
    with quick(500_000), opened(tmp_path, monkeypatch) as made:
        yield made


@contextmanager
def opened(root: Path, patch: pytest.MonkeyPatch) -> Iterator[County]:
    patch.setattr(app.workspace, "machine", lambda: "first")
    upper, giver, receiver = (Workspace.open(root / str(place)) for place in range(3))
    with giver.read() as session:
        member = session.scalars(select(Member.id).where(Member.office_id == giver.office.id)).one()
    with receiver.read() as session:
        branch = session.scalars(select(PartyOrg.id)).one()
    yield County(root, upper, giver, receiver, member, branch)
    for ws in (upper, giver, receiver):
        ws.close()


# ---------------------------------------------------------------- the way there


def test_an_office_knows_the_offices_beside_it_by_name_only(county: County) -> None:
    with county.giver.read() as session:
        known = {one.code: one.name for one in session.scalars(select(Office))}
    assert known == dict(zip(CODES, NAMES, strict=True))


def test_a_letter_says_by_itself_who_the_member_is_and_how_long_it_is_valid(county: County) -> None:
    made = row(county.giver, county.letter())
    assert {name: made[name] for name in ("name", "resident_id", "sex", "category", "from_branch", "valid_days")} == {
        "name": "王小明", "resident_id": NUMBER, "sex": "1", "category": "1", "from_branch": "第1支部",
        "valid_days": 10,
    }  # fmt: skip
    assert made["from_office_id"] == county.giver.office.id


def test_a_letter_comes_to_the_office_that_it_names_whole_but_for_the_givers_member(county: County) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    here, there = row(county.giver, letter), row(county.receiver, letter)
    assert there == {**here, "member_id": None}
    assert waiting(county.receiver) == [letter]
    assert waiting(county.giver) == waiting(county.upper) == []
    assert row(county.upper, letter) == here
    assert row(county.receiver, county.member, "member") == {}


def test_the_third_township_gets_nothing_of_it(county: County, tmp_path: Path) -> None:
    shutil.copytree(template()[0] / "3", tmp_path / "3")
    letter = county.letter()
    county.up(county.giver)
    with Workspace.open(tmp_path / "3") as third:
        county.down(third)
        assert row(third, letter) == {}


def test_who_receives_a_letter_cannot_write_it(county: County) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    before = row(county.receiver, letter)
    with pytest.raises(Refusal, match=r"^这条转接记录归“云岭镇”管，这里不能改。内容有误请告诉“云岭镇”来改$"):
        editing.save(county.receiver, LETTER, {"note": "改"}, letter)
    with pytest.raises(Refusal, match="这里不能删"):
        editing.delete(county.receiver, LETTER, [letter])
    assert row(county.receiver, letter) == before


def test_a_township_whose_package_holds_anothers_letter_is_refused(county: County) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    before = row(county.upper, letter)

    def add(records: dict[str, list[dict[str, Any]]]) -> None:
        theirs = row(county.receiver, letter)
        line = json.loads(wire.line_of(Transfer, {**theirs, "status": "03"}))
        records["transfer"] = [line]

    outcome = take_in(county.upper, forged(county.receiver, county.root / "伪造.dzb", rows=add))
    assert (outcome.status, outcome.reason) == ("refused", "not-allowed")
    assert "“组织关系转接”第 1 行属于别的单位" in outcome.message
    assert row(county.upper, letter) == before


# ---------------------------------------------------------------- and back


def test_the_round_trip_moves_the_member_from_one_roll_to_the_other(county: County) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    assert offered(county.receiver, letter) == ["接收", "退回"]
    assert county.accept(letter) == "王小明已编入第2支部。回执随下一个数据包经县里送回云岭镇。"
    assert roll(county.receiver) == [("王小明", "01")]
    assert events(county.receiver) == [("02", TODAY, "从云岭镇转入")]
    assert waiting(county.receiver) == []
    assert offered(county.receiver, letter) == []
    assert standing(county) == "01"  # the giver keeps the member until the receipt is there

    outcome = county.over(county.receiver, county.giver)
    assert told(outcome) == ["王小明的回执已收到，已转往清水镇，离开花名册。"]
    assert standing(county) == "03"
    assert events(county.giver) == [("04", TODAY, "转往清水镇")]
    done = row(county.giver, letter)
    assert (done["status"], done["receipt_on"]) == ("03", TODAY)

    county.over(county.giver, county.receiver)
    answer = county.answer(letter)
    assert answer["status"] == "02"
    for ws in (county.upper, county.receiver):
        assert row(ws, letter)["status"] == "03"
    for ws in (county.upper, county.giver):
        seen = row(ws, answer["id"])
        hidden = {"member_id": None, "branch_id": None} if ws is county.giver else {}
        assert seen == {**answer, **hidden}
    with county.upper.read() as session:
        assert transfers.on_no_roll(session, date(2027, 11, 3)) == []
        assert list(session.scalars(select(Remark.text))) == []  # nobody was ever on two rolls by mistake


def test_what_the_receipt_did_is_one_step_to_undo_which_leaves_the_import(county: County) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    county.accept(letter)
    county.over(county.receiver, county.giver)
    assert county.giver.undo().label == "王小明转出，回执已收"
    assert (standing(county), events(county.giver)) == ("01", [])
    assert row(county.giver, letter)["status"] == "01"
    assert county.answer(letter, county.giver)["status"] == "02"
    assert offered(county.giver, letter) == ["登记回执"]
    county.over(county.receiver, county.giver)  # an answer that is known already does nothing again
    assert standing(county) == "01"
    actions.act(county.giver, LETTER, letter, "receipt", {})
    assert standing(county) == "03"


def test_a_dry_run_tells_what_the_receipt_will_do_and_does_nothing(county: County) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    county.accept(letter)
    county.up(county.receiver)
    file = export(county.upper, county.root, code=county.giver.office.code).file
    tried = take_in(county.giver, file, dry_run=True)
    assert told(tried) == ["王小明的回执已收到，已转往清水镇，离开花名册。"]
    assert (standing(county), row(county.giver, letter)["status"]) == ("01", "01")
    assert take_in(county.giver, file, expect=tried).status == "applied"
    assert standing(county) == "03"


def test_a_letter_sent_back_says_why_and_the_member_stays(county: County) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    with pytest.raises(Refusal, match=r"^“退回撤销原因”必须填写$"):
        actions.act(county.receiver, LETTER, letter, "refuse", {})
    actions.act(county.receiver, LETTER, letter, "refuse", {"reason": "查无此人"})
    assert (waiting(county.receiver), roll(county.receiver)) == ([], [])
    outcome = county.over(county.receiver, county.giver)
    assert told(outcome) == ["王小明的介绍信被清水镇退回（查无此人），仍在花名册上。"]
    done = row(county.giver, letter)
    assert (done["status"], done["reason"], standing(county)) == ("04", "查无此人", "01")
    again = county.letter(letter_no="第13号")  # and may be given another letter
    assert row(county.giver, again)["status"] == "01"


# ---------------------------------------------------------------- whatever happens to the stick


def test_lost_packages_on_every_leg_cost_nothing(county: County) -> None:
    letter = county.letter()
    export(county.giver, county.root)  # lost
    county.up(county.giver)
    export(county.upper, county.root, code=county.receiver.office.code)  # lost
    county.down(county.receiver)
    county.accept(letter)
    export(county.receiver, county.root)  # lost
    county.up(county.receiver)
    export(county.upper, county.root, code=county.giver.office.code)  # lost
    outcome = county.down(county.giver)
    assert len(told(outcome)) == 1
    assert (standing(county), roll(county.receiver)) == ("03", [("王小明", "01")])


def test_a_receipt_that_comes_twice_is_taken_once(county: County) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    county.accept(letter)
    county.up(county.receiver)
    file = export(county.upper, county.root, code=county.giver.office.code).file
    assert take_in(county.giver, file).status == "applied"
    assert take_in(county.giver, file).status == "already-imported"
    whole = export(county.upper, county.root, code=county.giver.office.code, full=True).file
    assert told(applied(take_in(county.giver, whole))) == []
    assert len(events(county.giver)) == 1


def test_a_letter_turned_to_another_office_leaves_the_first(county: County) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    editing.save(county.giver, LETTER, {"to_office_id": CODES[3]}, letter)
    county.over(county.giver, county.receiver)
    assert waiting(county.receiver) == []
    with pytest.raises(Refusal, match=r"^这条转接现在不能“接收”。请刷新后看它的状态$"):
        county.accept(letter)


# ---------------------------------------------------------------- not so simple


def test_an_expired_letter_is_not_accepted_but_who_reported_in_time_is(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    monkeypatch.setattr(clock, "today", lambda: date(2026, 12, 1))
    with pytest.raises(Refusal, match=r"^“报到日期”必须填写$"):
        county.accept(letter)
    late = r"^介绍信有效期到 2026-11-11，2026-11-12 报到已经过期，不能接收。"
    with pytest.raises(Refusal, match=late):
        county.accept(letter, reported_on="2026-11-12")
    assert roll(county.receiver) == []
    county.accept(letter, reported_on="2026-11-11")
    assert events(county.receiver) == [("02", date(2026, 11, 11), "从云岭镇转入")]


def test_a_letter_is_accepted_once(county: County) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    county.accept(letter)
    for action, typed in (("accept", {"branch_id": county.branch}), ("refuse", {"reason": "查无此人"})):
        with pytest.raises(Refusal) as refused:
            actions.act(county.receiver, LETTER, letter, action, typed)
        assert refused.value.reason == "not-offered"
    assert len(roll(county.receiver)) == 1


def test_who_is_on_the_receivers_roll_already_is_not_put_on_it_twice(county: County) -> None:
    person = {"name": "王小明", "sex": "男", "nation": "汉", "birth": "1978-03-12", "resident_id": NUMBER}
    editing.save(county.receiver, LEDGERS["member"], {**person, "branch_id": county.branch})
    letter = county.letter()
    county.over(county.giver, county.receiver)
    with pytest.raises(Refusal, match=r"^王小明已经在本单位的花名册上（第2支部），身份证号相同，不能再接收。"):
        county.accept(letter)
    assert len(roll(county.receiver)) == 1
    assert events(county.receiver) == []


def test_who_left_before_and_comes_back_is_the_same_member(county: County) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    county.accept(letter)
    county.over(county.receiver, county.giver)
    with county.receiver.read() as session:
        moved = session.scalars(select(Member.id).where(Member.resident_id == NUMBER)).one()
        own_branch = session.get_one(Member, moved).branch_id
    home = row(county.giver, county.member, "member")["branch_id"]
    given = {"member_id": moved, "direction": "转出", "scope": "县内", "to_office_id": county.giver.office.code}
    back = editing.save(county.receiver, LETTER, {**given, "letter_no": "1", "issued_on": "2026-11-03"})
    county.over(county.receiver, county.giver)
    actions.act(county.giver, LETTER, back, "accept", {"branch_id": home})
    assert (standing(county), len(roll(county.giver))) == ("01", 1)
    county.over(county.giver, county.receiver)
    assert roll(county.receiver) == [("王小明", "03")]
    assert own_branch == county.branch


def test_one_cancels_while_the_other_accepts_and_people_decide(county: County) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    county.accept(letter)
    actions.act(county.giver, LETTER, letter, "cancel", {"reason": "本人不去了"})
    county.up(county.giver)
    county.up(county.receiver)
    assert told(county.down(county.giver)) == []
    county.down(county.receiver)
    assert standing(county) == "01"
    assert doubts(county.giver, letter) == [
        "介绍信撤销了，对方却已接收，请与对方核实：人确已转去的登记回执，没有转去的请对方撤销接收"
    ]
    assert doubts(county.receiver, county.answer(letter)["id"]) == [
        (
            "转出单位撤销了这封介绍信，转入单位却已接收，请双方核实："
            "人已转来的由转出单位登记回执，没有转来的由转入单位撤销接收"
        )
    ]
    assert offered(county.giver, letter) == ["登记回执"]
    actions.act(county.giver, LETTER, letter, "receipt", {})
    assert standing(county) == "03"
    assert doubts(county.giver, letter) == []


def test_an_acceptance_taken_back_before_it_was_handed_over_was_never_there(county: County) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    county.accept(letter)
    assert county.receiver.undo().label == "接收王小明转入"
    assert (roll(county.receiver), waiting(county.receiver)) == ([], [letter])
    assert told(county.over(county.receiver, county.giver)) == []
    assert standing(county) == "01"
    county.accept(letter)
    assert len(told(county.over(county.receiver, county.giver))) == 1


def test_an_acceptance_taken_back_after_the_receipt_is_told_and_the_member_can_return(county: County) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    county.accept(letter)
    county.over(county.receiver, county.giver)
    county.over(county.giver, county.receiver)
    county.receiver.undo(county.batch("接收王小明转入"))
    county.up(county.receiver)
    with county.upper.read() as session:
        lost = transfers.on_no_roll(session, TODAY)
        assert [transfers.sentence(session, one) for one in lost] == [
            "王小明从“云岭镇”转往“清水镇”，“清水镇”撤回了接收，两边花名册上都没有。请双方核实"
        ]
    outcome = county.down(county.giver)
    assert told(outcome) == ["王小明已经转出，对方却撤回了接收，请与对方核实"]
    assert doubts(county.giver, letter) == ["对方撤回了接收，这里已经转出，请与对方核实：没有转成的点“恢复在册”"]
    assert offered(county.giver, letter) == ["恢复在册"]
    assert actions.act(county.giver, LETTER, letter, "restore", {}) == "王小明已回到花名册，原来的介绍信作废。"
    assert (standing(county), events(county.giver)) == ("01", [])
    assert doubts(county.giver, letter) == []


def test_a_receipt_for_somebody_whose_record_is_in_error_is_told_and_the_import_stands(county: County) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    county.accept(letter)
    with county.giver.edit("改坏") as batch:
        batch.session.get_one(Member, county.member).full_on = date(1990, 1, 1)
    (sentence,) = told(county.over(county.receiver, county.giver))
    assert sentence.startswith("王小明的回执已到，没有办成：转正日期")
    assert (standing(county), events(county.giver), row(county.giver, letter)["status"]) == ("01", [], "01")
    assert county.answer(letter, county.giver)["status"] == "02"


def test_the_county_lists_who_has_arrived_nowhere(county: County) -> None:
    letter = county.letter()
    county.up(county.giver)
    with county.upper.read() as session:
        assert transfers.on_no_roll(session, date(2026, 11, 11)) == []
        (lost,) = transfers.on_no_roll(session, date(2026, 11, 12))
        assert (lost.transfer_id, lost.member_id, lost.until, lost.gone) == (
            letter, county.member, date(2026, 11, 11), False,
        )  # fmt: skip
        assert transfers.sentence(session, lost) == (
            "王小明从“云岭镇”转往“清水镇”，介绍信 2026-11-11 到期，“清水镇”还没有接收。请双方核实人在哪里"
        )


def test_both_offices_are_told_of_a_letter_that_ran_out_until_it_is_answered(county: County) -> None:
    letter = county.letter(issued_on="2026-10-01")
    outcome = county.up(county.giver)
    said = "王小明从“云岭镇”转往“清水镇”，介绍信 2026-10-11 到期，“清水镇”还没有接收。请双方核实人在哪里"
    assert [one.message for one in outcome.findings if one.rule == "nowhere"] == [said]

    def remarks(ws: Workspace) -> list[tuple[str, str, str]]:
        with ws.read() as session:
            found = session.execute(select(Remark.record, Remark.text, Remark.status)).all()
        return [(record, text, status) for record, text, status in found]

    assert remarks(county.upper) == [(letter, said, "01")] * 2
    for town in (county.giver, county.receiver):
        county.down(town)
        assert remarks(town) == [(letter, said, "01")]
    county.accept(letter, reported_on="2026-10-05")
    county.up(county.receiver)
    assert remarks(county.upper) == [(letter, said, "03")] * 2


def test_a_member_on_two_rolls_without_a_letter_is_still_told(county: County) -> None:
    person = {"name": "王小明", "sex": "男", "nation": "汉", "birth": "1978-03-12", "resident_id": NUMBER}
    editing.save(county.receiver, LEDGERS["member"], {**person, "branch_id": county.branch})
    outcome = county.up(county.receiver)
    assert "same-person" in [one.rule for one in outcome.findings]


def test_a_new_computer_gets_the_letters_back(county: County, tmp_path: Path) -> None:
    letter = county.letter()
    county.over(county.giver, county.receiver)
    county.accept(letter)
    county.over(county.receiver, county.giver)
    full: dict[str, Any] = {"code": county.receiver.office.code, "full": True}
    outcome = applied(take_in(county.receiver, export(county.upper, county.root, **full).file))
    assert outcome.created == outcome.updated == outcome.deleted == 0
