"""What every command shares: opening a workspace, asking for a passphrase, printing for people or for scripts."""

import getpass
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bars
from rich.table import Table

from app.ledgers.catalogue import LEDGERS
from app.ledgers.ledger import Ledger
from app.team import stagnant
from app.workspace import KEYS, SERVER_GUARDS, Workspace
from db.errors import Refusal
from db.journal import Progress

DONE, FAULT, USAGE, REFUSED, CONFLICTS, ERRORS = range(6)
"""Exit statuses."""

Folder = Annotated[Path, typer.Argument(metavar="WS", help="工作目录", show_default=False)]
LedgerName = Annotated[str, typer.Argument(metavar="LEDGER", help="台账编号，见 siji ledgers", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="在标准输出上只写一个 JSON 值")]
Where = Annotated[list[str] | None, typer.Option("--where", metavar="f=v", help="只要栏目 f 为 v 的记录；可重复")]


def new_app() -> typer.Typer:
    """A group of commands with the settings that all share."""
    return typer.Typer(
        add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, no_args_is_help=True
    )


# ---------------------------------------------------------------- workspaces


@contextmanager
def opened(folder: Path, reading: Ledger | None = None) -> Iterator[Workspace]:
    """The workspace in a folder; its passphrase comes from SIJI_PASSPHRASE, else from a prompt.

    Whoever is `reading` a ledger that the program keeps finds in it what time alone has changed, as in the window.
    """
    passphrase = None
    if (folder / KEYS).exists():
        passphrase = secret("SIJI_PASSPHRASE", "工作目录的口令")
    with Workspace.open(folder, passphrase) as workspace:
        if reading is not None and reading.kept_by_program:
            stagnant.bring_up_to_date(workspace)
        yield workspace


def secret(variable: str, what: str) -> str:
    """A passphrase from the environment, else from a prompt. Raises `Refusal` where nobody can be asked."""
    given = os.environ.get(variable)
    if given:
        return given
    if not sys.stdin.isatty():
        raise Refusal(f"需要{what}。请设置环境变量 {variable}，或者在终端里运行以便输入", "passphrase-needed")
    return getpass.getpass(f"{what}：")


def new_secret() -> str | None:
    """The passphrase for a new workspace, None for none: from SIJI_PASSPHRASE, else asked twice on a terminal."""
    given = os.environ.get("SIJI_PASSPHRASE")
    if given is None and sys.stdin.isatty():
        given = getpass.getpass("给这个工作目录设一个口令（直接回车则不设）：")
        if given and getpass.getpass("再输一次：") != given:
            raise Refusal("两次输入的口令不一样。请重新运行这条命令", "wrong-passphrase")
    return given or None


def warn_if_plain(workspace: Workspace) -> None:
    """Says so when a workspace has no passphrase."""
    if workspace.shared:
        say(f"{SERVER_GUARDS}。")
    elif not workspace.encrypted:
        say("注意：没有设口令，数据没有加密，能打开这个文件夹的人都能看到。设置 SIJI_PASSPHRASE 后新建即可加密。")


def ledger_named(name: str) -> Ledger:
    """The ledger of this id or title. Raises `Refusal` with the list."""
    for ledger in LEDGERS.values():
        if name in (ledger.id, ledger.title):
            return ledger
    known = "、".join(f"{ledger.id}（{ledger.title}）" for ledger in LEDGERS.values())
    raise Refusal(f"没有叫 {name} 的台账。可用的台账：{known}", "no-such-ledger")


def field_named(ledger: Ledger, name: str) -> str:
    """The full name of a field written as in `siji ledgers`, as a link without `_id`, or as its label. `office` is the
    office that a record is about, where it is about one."""
    if name in ("office", "office_id") and "target_office_id" in ledger.fields:
        return "target_office_id"
    for full, spec in ledger.fields.items():
        if name in (full, spec.label) or (spec.target and f"{name}_id" == full):
            return full
    known = "、".join(f"{full}（{spec.label}）" for full, spec in ledger.fields.items())
    raise Refusal(f"“{ledger.title}”没有叫 {name} 的栏目。可用的栏目：{known}", "no-such-field")


def assignments(pairs: Sequence[str], what: str) -> list[tuple[str, str]]:
    """`f=v` as (f, v). Wrong usage when there is no equals sign."""
    made = []
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise typer.BadParameter(f"“{pair}”应写成 {what}")
        made.append((name.strip(), value))
    return made


# ---------------------------------------------------------------- printing


def give(value: Any) -> None:
    """Prints one JSON value on standard output."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def say(sentence: str) -> None:
    """Says something to the person, on standard error."""
    sys.stderr.write(sentence + "\n")


def show(text: str) -> None:
    """Prints a line for a person on standard output."""
    sys.stdout.write(text + "\n")


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a table for a person on standard output, as wide as it needs when nobody looks at it."""
    table = Table(*(escape(heading) for heading in headings), box=SIMPLE_HEAD, show_edge=False)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    terminal = Console(file=sys.stdout, highlight=False)
    console = terminal if terminal.is_terminal else Console(file=sys.stdout, highlight=False, width=1000)
    console.print(table)


def show_counts(counts: Mapping[str, int]) -> str:
    """`新增 3，更新 2`: what came of an import, without the zeros."""
    return "，".join(f"{title} {number}" for title, number in counts.items() if number) or "没有变化"


@contextmanager
def progress() -> Iterator[Progress | None]:
    """A progress line on standard error where somebody watches it, else None: nothing need be counted for nobody."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, console=console, transient=True) as bars:
        task = bars.add_task("", total=None)

        def step(done: int, total: int, what: str) -> None:
            if total:
                bars.update(task, completed=done, total=total, description=escape(what))
            else:
                bars.update(task, description=escape(what))

        yield step
