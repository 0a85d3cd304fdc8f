"""Doing something with a record from the command line: what can be done, doing it, and being refused."""

from pathlib import Path

from tests.cli.conftest import Run, add_member


def test_act_tells_what_can_be_done_does_it_and_prints_the_record(run: Run, township: Path, branch: str) -> None:
    member = add_member(run, township)
    given = ("scope=省内", "to_branch=中共某市委组织部", "letter_no=1", "issued_on=2026-11-01", "dues_paid_to=2026-10")
    letter = run("set", township, "transfer", f"member_id={member['id']}", *given).value
    assert (letter["name"], letter["direction"], letter["valid_days"], letter["from_branch"]) == (
        "王芳", "01", 30, "大塘村党支部",
    )  # fmt: skip

    found = run("act", township, "transfer", letter["id"])
    assert [one["id"] for one in found.value] == ["receipt", "cancel"]
    assert found.value[0]["asks"] == found.value[0]["needs"] == ["receipt_on"]
    told = run("act", township, "transfer", letter["id"], plain=True)
    assert "receipt  登记回执：党员转出，离开花名册" in told.out

    refused = run("act", township, "transfer", letter["id"], "receipt", "receipt_on=2026-10-31")
    assert (refused.status, refused.out) == (3, "")
    assert "回执日期 2026-10-31 早于开出日期 2026-11-01，请核对" in refused.err

    done = run("act", township, "transfer", letter["id"], "receipt", "receipt_on=2026-11-02")
    assert done.status == 0, done.err
    assert done.value["said"] == "王芳的回执已收到，已转往中共某市委组织部，离开花名册。"
    assert (done.value["record"]["status"], done.value["record"]["receipt_on"]) == ("03", "2026-11-02")
    (kept,) = run("records", township, "member").value
    assert kept["standing"] == "03"
    assert run("undo", township).value["changes"] == 3
    assert run("act", township, "transfer", letter["id"], "accept").status == 3


def test_ledgers_tells_what_can_be_done_with_records(run: Run, township: Path) -> None:
    found = {one["id"]: one["actions"] for one in run("ledgers", township).value}
    assert found["member"] == []
    assert {"id": "accept", "title": "接收"} in found["transfer"]
