"""What is done with a record beside editing it: letters out of the county and into it, moves between branches."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app import actions, editing, reminders
from app.ledgers.catalogue import LEDGERS
from app.place import Place
from app.reminders import Reminder, Urgency
from app.workspace import Workspace
from db import clock
from db.errors import Refusal
from db.journal import Values, stored_rows
from db.models.team import Member, MemberEvent
from tests.helpers import office

TODAY = date(2026, 11, 23)
LETTER = LEDGERS["transfer"]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    with office.township(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def here(town: Workspace) -> str:
    return office.branch(town)


@pytest.fixture
def member(town: Workspace, here: str) -> str:
    return office.member(town, here, joined_on=date(2000, 7, 1), full_on=date(2001, 7, 1), phone="13873910001")


def row(ws: Workspace, record_id: str, ledger: str = "transfer") -> Values:
    with ws.read() as session:
        return stored_rows(session.connection(), LEDGERS[ledger].model, [record_id])[record_id]


def out(ws: Workspace, member: str, **typed: str) -> str:
    """A letter to somewhere beyond the county."""
    given = {"scope": "跨省", "to_branch": "中共某市委组织部", "letter_no": "1", "issued_on": "2026-11-20"}
    return editing.save(ws, LETTER, {"member_id": member, **given, **typed})


def incoming(ws: Workspace, **typed: str) -> str:
    """Somebody with a letter from outside."""
    person = {"name": "李明", "sex": "男", "nation": "汉", "birth": "1980-01-02", "category": "正式", **typed}
    given = {"direction": "转入", "scope": "跨省", "from_branch": "中共某市委组织部", "letter_no": "88"}
    return editing.save(ws, LETTER, {"issued_on": "2026-11-01", "valid_days": "30", **given, **person})


def offered(ws: Workspace, record_id: str) -> list[str]:
    with ws.read() as session:
        return [one.title for one in actions.offers(session, ws.office, LETTER, record_id)]


def events(ws: Workspace) -> list[tuple[str, date, str | None, str | None]]:
    with ws.read() as session:
        found = session.scalars(select(MemberEvent).where(MemberEvent.deleted_at.is_(None)))
        return [(one.kind, one.on, one.reason, one.document_no) for one in found]


def due(ws: Workspace, today: date = TODAY) -> list[Reminder]:
    with ws.read() as session:
        return [one for one in reminders.reminders(session, ws.office, today) if one.place.page == "transfer"]


# ---------------------------------------------------------------- out of the county


def test_the_receipt_takes_the_member_off_the_roll_in_one_step(town: Workspace, member: str) -> None:
    letter = out(town, member)
    assert offered(town, letter) == ["登记回执", "撤销介绍信"]
    said = actions.act(town, LETTER, letter, "receipt", {"receipt_on": "2026.11.22"})
    assert said == "王小明的回执已收到，已转往中共某市委组织部，离开花名册。"
    assert row(town, member, "member")["standing"] == "03"
    assert events(town) == [("04", date(2026, 11, 22), "转往中共某市委组织部", "1")]
    assert (row(town, letter)["status"], offered(town, letter)) == ("03", [])
    assert town.undo().label == "王小明转出，回执已收"
    assert (row(town, member, "member")["standing"], events(town)) == ("01", [])
    assert row(town, letter)["status"] == "01"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"receipt_on": "2026-11-19"}, "回执日期 2026-11-19 早于开出日期 2026-11-20，请核对"),
        ({"receipt_on": "2026-11-24"}, "回执日期 2026-11-24 晚于今天，请核对"),
        ({"receipt_on": ""}, "“回执日期”必须填写"),
    ],
)
def test_a_receipt_that_cannot_be_leaves_everything(
    town: Workspace, member: str, typed: dict[str, str], sentence: str
) -> None:
    letter = out(town, member)
    before = row(town, letter)
    with pytest.raises(Refusal) as refused:
        actions.act(town, LETTER, letter, "receipt", typed)
    assert sentence in refused.value.message
    assert (row(town, letter), events(town)) == (before, [])
    assert row(town, member, "member")["standing"] == "01"


def test_a_cancelled_letter_leaves_the_member_who_may_have_another(town: Workspace, member: str) -> None:
    letter = out(town, member)
    with pytest.raises(Refusal, match=r"^该党员已有一封没有办结的介绍信，请先办结或撤销那一封$"):
        out(town, member, letter_no="2")
    actions.act(town, LETTER, letter, "cancel", {"reason": "本人不去了"})
    assert offered(town, letter) == []
    assert offered(town, out(town, member, letter_no="2")) == ["登记回执", "撤销介绍信"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"letter_no": "1"}, "介绍信编号“1”已经用过，请核对存根"),
        ({"status": "回执已收"}, "王小明还在花名册上。收到回执请用“登记回执”，党员会同时转出"),
        ({"member_id": "gone"}, "李四的党籍状态是“死亡”，不能开介绍信，请核对"),
        ({"scope": "县内", "to_office_id": "石桥镇"}, "转出单位和转入单位相同"),
    ],
)
def test_letters_that_cannot_be(town: Workspace, here: str, member: str, typed: dict[str, str], sentence: str) -> None:
    gone = office.member(town, here, name="李四", standing="04")
    if typed.get("letter_no"):
        out(town, office.member(town, here, name="张三"))
    given = {"letter_no": "5", **typed}
    if "member_id" in typed:
        given["member_id"] = gone
    with pytest.raises(Refusal) as refused:
        out(town, given.pop("member_id", member), **given)
    assert sentence in refused.value.message


# ---------------------------------------------------------------- in from outside


def test_who_comes_from_outside_is_put_on_the_roll_and_the_receipt_sent(town: Workspace, here: str) -> None:
    letter = incoming(town)
    assert offered(town, letter) == ["接收", "退回"]
    said = actions.act(town, LETTER, letter, "accept", {"branch_id": "柳溪村党支部", "reported_on": "2026-11-10"})
    assert said == "李明已编入柳溪村党支部。请把回执寄给转出单位，寄出后在这里登记。"
    with town.read() as session:
        (made,) = session.scalars(select(Member))
    assert (made.name, made.branch_id, made.standing, made.category) == ("李明", here, "01", "1")
    assert events(town) == [("02", date(2026, 11, 10), "从中共某市委组织部转入", "88")]
    done = row(town, letter)
    assert (done["member_id"], done["status"], done["to_branch"]) == (made.id, "02", "柳溪村党支部")
    assert [(one.urgency, one.title) for one in due(town)] == [(Urgency.ATTENTION, "回执要寄出 1 条")]
    assert [one.title for one in due(town, date(2026, 12, 11))] == ["回执逾期没有寄出 1 条"]
    actions.act(town, LETTER, letter, "sent", {})
    assert (row(town, letter)["receipt_on"], due(town)) == (TODAY, [])


def test_a_letter_that_does_not_say_enough_is_not_accepted(town: Workspace, here: str) -> None:
    letter = incoming(town, nation="", birth="")
    with pytest.raises(Refusal) as refused:
        actions.act(town, LETTER, letter, "accept", {"branch_id": here})
    assert refused.value.message == "介绍信上没有民族、出生日期，不能登上花名册。请先在这条转接里补填"
    assert events(town) == []


# ---------------------------------------------------------------- between branches


def test_a_move_changes_the_branch_at_once_and_is_one_step(town: Workspace, here: str, member: str) -> None:
    other = office.branch(town, "石桥党支部")
    move = editing.save(town, LETTER, {"member_id": member, "scope": "乡镇内", "branch_id": other})
    assert [one.title for one in due(town)] == ["支部之间的转接没有办 1 条"]
    assert offered(town, move) == ["划转", "撤销介绍信"]
    assert actions.act(town, LETTER, move, "move", {}) == "王小明已从柳溪村党支部划转到石桥党支部。"
    assert row(town, member, "member")["branch_id"] == other
    assert (row(town, move)["from_branch"], row(town, move)["to_branch"]) == ("柳溪村党支部", "石桥党支部")
    assert (events(town), due(town)) == ([], [])
    town.undo()
    assert row(town, member, "member")["branch_id"] == here
    with pytest.raises(Refusal, match=r"^王小明已经在柳溪村党支部，请另选一个党支部$"):
        actions.act(town, LETTER, move, "move", {"branch_id": here})


# ---------------------------------------------------------------- what is due, and what there is not


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 11, 23), []),
        (date(2026, 12, 13), [(Urgency.ATTENTION, "介绍信快到期 1 条", "王小明：请提醒本人按时报到")]),
        (date(2026, 12, 21), [(Urgency.WRONG, "介绍信已过期 1 条", "王小明：请问清本人报到了没有，催要回执")]),
        (
            date(2027, 1, 21),
            [
                (
                    Urgency.WRONG,
                    "介绍信回执逾期 1 条",
                    "王小明：请与接收单位联系，收到的登记回执，没有报到的撤销后重开",
                )
            ],
        ),
    ],
)
def test_letters_that_run_out_stand_on_the_workbench(
    town: Workspace, member: str, today: date, said: list[tuple[Any, ...]]
) -> None:
    letter = out(town, member)
    found = due(town, today)
    assert [(one.urgency, one.title, one.detail) for one in found] == said
    assert all(one.place == Place("transfer", ids=(letter,), title=one.title.split(" ")[0]) for one in found)


def test_an_action_that_is_not_there_or_not_now_or_asks_for_something_else(town: Workspace, member: str) -> None:
    letter = out(town, member)
    for action, typed, sentence in (
        ("fly", {}, "“组织关系转接”没有叫 fly 的操作，可用的有：accept、refuse、move、receipt、sent、restore、cancel"),
        ("accept", {}, "这条转接现在不能“接收”。请刷新后看它的状态"),
        ("receipt", {"name": "李"}, "“登记回执”不用填 name"),
        ("receipt", {"receipt_on": "去年"}, "去年"),
    ):
        with pytest.raises(Refusal) as refused:
            actions.act(town, LETTER, letter, action, typed)
        assert sentence in refused.value.message
    assert row(town, letter)["status"] == "01"
    editing.delete(town, LETTER, [letter])
    assert offered(town, letter) == []
