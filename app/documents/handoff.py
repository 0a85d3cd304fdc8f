"""The hand-over on paper: the sheet (交接单) that goes with the stick, drawn from the book of packages."""

import io
from collections.abc import Sequence

import segno
from sqlalchemy import func, select

from app.documents.document import (
    Case,
    Column,
    Content,
    Document,
    Grid,
    Need,
    Page,
    Picture,
    Row,
    Style,
    Table,
    Text,
)
from app.documents.rows import heading
from app.files import size
from app.ledgers.catalogue import LEDGERS
from app.sync import register
from app.sync.words import KINDS, moment
from db.errors import Refusal
from db.models.handoff import PackageBlob, PackageLine, Peer

ROOM = 18
"""How many ledgers the page has room for."""
NUMBERS = ("new", "changed", "deleted", "carried", "live")

SHEET_COLUMNS = (
    Column("ledger", "台账", 60),
    Column("new", "新增", 22, right=True),
    Column("changed", "修改", 22, right=True),
    Column("deleted", "删除", 22, right=True),
    Column("carried", "本包条数", 24, right=True),
    Column("live", "现有", 24, right=True),
)


def sent(case: Case) -> Sequence[tuple[str, str]]:
    """The packages that were written here, the latest first."""
    wanted = select(PackageLine, Peer.name).join(Peer, Peer.office_id == PackageLine.peer_id)
    wanted = wanted.where(PackageLine.sent.is_(True), PackageLine.file.not_like(f"%{register.ENROLMENT}%"))
    if case.office is not None and case.own.is_county:
        wanted = wanted.where(PackageLine.peer_id == case.office.id)
    found = case.session.execute(wanted.order_by(PackageLine.place.desc()))
    return [(one.id, f"{moment(one.at)}　给{name}　第 {one.sequence} 号") for one, name in found]


def sheet(case: Case) -> Content:
    """One package as it is handed over: who to whom, which number, how much of each ledger, and by what the receiver
    tells that it is this file (§13.3). What the store did not keep of an old package is left blank."""
    line = case.session.get(PackageLine, case.record)
    if line is None or not line.sent:
        raise Refusal("没有写过这个包。请从“交接单”能选的包里另选一个", "not-found")
    peer, summary = case.session.get_one(Peer, line.peer_id), register.summary_of(line)
    going = [name for name in LEDGERS if name in summary.ledgers]
    known = [name for name in LEDGERS if name in summary.ledgers or summary.live.get(name)]
    found: list[Row] = []
    for name in known if len(known) <= ROOM else going:
        carried, news = summary.ledgers.get(name), summary.news.get(name)
        if carried is None:
            news = register.Counts()
        found.append(
            {
                "ledger": LEDGERS[name].title,
                "new": news.created if news is not None else None,
                "changed": news.updated if news is not None else None,
                "deleted": news.deleted if news is not None else None,
                "carried": carried.updated if carried is not None else 0,
                "live": summary.live.get(name, 0),
            }
        )
    found.append({"ledger": "合计", **{name: _sum([row[name] for row in found]) for name in NUMBERS}})
    files = case.session.scalar(select(func.count()).select_from(PackageBlob).where(PackageBlob.package_id == line.id))
    return Content(
        heading(case, "数据上报交接单" if peer.superior else "数据下发交接单")
        | {
            "giver": f"{case.own.name}（{case.own.code}）",
            "receiver": f"{peer.name}（{peer.code}）",
            "number": f"第 {line.sequence} 号",
            "kind": KINDS.get(line.kind, line.kind),
            "at": moment(line.at),
            "size": size(summary.bytes) if summary.bytes else "",
            "file": register.name_on_stick(line),
            "files": f"{files} 个" if files else "无",
            "tail": tail(line.digest),
        },
        {"rows": found},
        {"qr": code(f"siji-package/1 {case.own.code} {line.sequence} {line.digest}")},
    )


def tail(digest: str) -> str:
    """The end of a digest in fours, as it is compared by eye or read out."""
    end = digest[-16:]
    return " ".join(end[start : start + 4] for start in range(0, len(end), 4))


def _sum(cells: Sequence[object]) -> int | None:
    """The sum, None where one of them is not known."""
    return sum(one for one in cells if isinstance(one, int)) if None not in cells else None


def code(payload: str) -> bytes:
    """The QR code of a text, with its quiet zone: enough to find the package in the receiver's book and to compare."""
    drawn = io.BytesIO()
    segno.make(payload, error="m", micro=False).save(drawn, kind="png", scale=6, border=4)
    return drawn.getvalue()


SHEET = Document(
    "hand-over",
    "交接单",
    "随 U 盘交给对方的一张纸：第几号、多少条、校验值和二维码；丢了可以再印",
    (
        Text("{title}", Style.TITLE),
        Grid(
            (
                (("交出单位", "{giver}"), ("接收单位", "{receiver}")),
                (("包号", "{number}"), ("类型", "{kind}")),
                (("写出时间", "{at}"), ("文件大小", "{size}")),
                (("文件", "{file}"), ("附件", "{files}")),
            ),
            low=1,
        ),
        Text("各台账条数", Style.FLUSH),
        Table("rows", SHEET_COLUMNS),
        Picture(
            "qr",
            34,
            (
                Text("校验值（SHA-256）末 16 位：", Style.FLUSH),
                Text("{tail}", Style.TITLE),
                Text("接收时核对屏幕上的末 16 位，一致即为同一份文件。", Style.FLUSH),
                Text("文件已加密，只有双方能打开。U 盘遗失不泄密，重新写一份即可。", Style.FLUSH),
            ),
        ),
        Grid(
            (
                (("交出人", ""), ("接收人", "")),
                (("交出时间", "　　　年　　月　　日　　时"), ("接收时间", "　　　年　　月　　日　　时")),
                (("核对结果", "□ 一致　　□ 不一致，原因："),),
            ),
            {"交出人": 2, "接收人": 2},
        ),
    ),
    sheet,
    None,
    needs=(Need.RECORD,),
    page=Page(margins=(16, 18, 16, 18), size=10),
    records=sent,
)

DOCUMENTS = (SHEET,)
