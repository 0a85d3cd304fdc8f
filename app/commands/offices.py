"""Making workspaces: the demonstration, a new office, enrolling, joining, revoking."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from app.commands.common import (
    Folder,
    Json,
    give,
    new_app,
    new_secret,
    opened,
    progress,
    say,
    secret,
    show,
    warn_if_plain,
)
from app.demo.county import make_demo
from app.ledgers.catalogue import LEDGERS
from app.sync import peers, seal
from app.workspace import CONFIG, OfficeCard, Workspace

NAME = None
app = new_app()

Code = Annotated[str, typer.Option("--office-code", help="单位代码", show_default=False)]
Name = Annotated[str, typer.Option("--office-name", help="单位名称", show_default=False)]


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="放演示县的空文件夹", show_default=False)],
    townships: Annotated[int, typer.Option(min=1, help="乡镇数")] = 3,
    members: Annotated[int, typer.Option(min=1, help="每个乡镇的党员数")] = 600,
    seed: Annotated[int, typer.Option(help="同一个数每次都造出同样的数据")] = 1,
    json: Json = False,
) -> None:
    """造一个虚构的云溪县：县里和各乡镇都登记好、填满数据、交换过一次包。"""
    with progress() as step:
        made = make_demo(folder, townships, members, seed, step)
    if json:
        give({"county": str(made[0]), "townships": [str(one) for one in made[1:]]})
        return
    say("演示数据全部是虚构的，没有口令。")
    for one in made:
        show(str(one))


@app.command()
def new(
    folder: Folder,
    code: Code,
    name: Name,
    level: Annotated[Literal["township", "county", "city"], typer.Option(help="乡镇、县还是市", show_default=False)],
    url: Annotated[str, typer.Option("--url", help="数据放在 PostgreSQL 服务器上：一个空数据库的地址")] = "",
    json: Json = False,
) -> None:
    """新建一个空的工作目录，带基础资料；县里、市里的还会生成密钥。"""
    passphrase = None if url else new_secret()
    with Workspace.create(folder, code=code, name=name, level=level, passphrase=passphrase, database=url) as workspace:
        warn_if_plain(workspace)
        if workspace.office.is_county:
            with workspace.write() as session:
                seal.own_keys(session)
        office = workspace.office
    if json:
        made = {"id": office.id, "code": office.code, "name": office.name, "level": office.level}
        give({"workspace": str(folder), "office": made})
    else:
        show(f"已建立“{office.name}”的工作目录：{folder}")


@app.command()
def enrol(
    folder: Folder,
    code: Code,
    name: Name,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="登记文件", show_default=False)],
    json: Json = False,
) -> None:
    """县里：登记一个乡镇（市里：登记一个县），写出它的登记文件，打印一次性口令。"""
    with opened(folder) as workspace:
        made = peers.enrol(workspace, code, name, out)
    if json:
        office = {"id": made.office_id, "code": made.code, "name": made.name}
        give({"office": office, "file": str(made.file), "passphrase": made.passphrase})
        return
    show(f"登记文件：{made.file}")
    show(f"一次性口令：{made.passphrase}")
    say("请把登记文件和口令分开交给对方。口令只显示这一次。")


@app.command()
def join(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="上级给的登记文件", show_default=False)],
    folder: Folder,
    json: Json = False,
) -> None:
    """用登记文件加入上级：建立工作目录；WS 已经有本单位的数据，就连数据一起加入。"""
    once = secret("SIJI_ENROLMENT_PASSPHRASE", "登记文件的一次性口令")
    if (folder / CONFIG).exists():
        with opened(folder) as workspace:
            joined = peers.join_with(workspace, file, once)
            _tell_joined(folder, workspace.office, joined, json=json)
        return
    with peers.join(file, folder, once, passphrase=new_secret()) as workspace:
        warn_if_plain(workspace)
        office = workspace.office
    if json:
        give({"workspace": str(folder), "office": _office(office)})
    else:
        show(f"已加入：{office.name}（{office.code}），工作目录 {folder}")
        say("请尽快交一次包给上级，上级凭它认下这台电脑。")


def _office(office: OfficeCard) -> dict[str, str]:
    return {"id": office.id, "code": office.code, "name": office.name, "level": office.level}


def _tell_joined(folder: Path, office: OfficeCard, joined: peers.Joined, *, json: bool) -> None:
    if json:
        replaced = [{"ledger": one.ledger, "id": one.id, "changes": list(one.changes)} for one in joined.replaced]
        superior, kept = {"code": joined.code, "name": joined.name}, str(joined.kept) if joined.kept else None
        give(
            {
                "workspace": str(folder),
                "office": _office(office),
                "superior": superior,
                "replaced": replaced,
                "backup": kept,
            }
        )
        return
    show(f"{office.name}（{office.code}）已加入“{joined.name}”（{joined.code}），原有的数据都在。")
    for one in joined.replaced:
        words = "；".join(f"{name}：{was or '—'} → {now or '—'}" for name, was, now in one.changes)
        say(f"改用上级的：{LEDGERS[one.ledger].title} {one.title}，{words}")
    if joined.kept is not None:
        say(f"加入以前的数据备份在 {joined.kept}，加入错了可以从它恢复。")
    say("请尽快交一次包给上级，上级凭它认下这台电脑。")


@app.command()
def revoke(folder: Folder, code: Code, json: Json = False) -> None:
    """县里、市里：从现在起拒收一个下级单位现有密钥的包；再 enrol 一次给它新的。"""
    with opened(folder) as workspace:
        peers.revoke(workspace, code)
    if json:
        give({"office": code, "revoked": True})
    else:
        show(f"{code} 现有的密钥已经停用。请用 siji enrol 重新登记，把新的登记文件交给对方。")
