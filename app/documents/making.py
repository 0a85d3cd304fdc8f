"""Makes a document: narrows it, reads it, and writes it as Word, Excel or PDF, or lays it out to be printed."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from app import files
from app.documents import word
from app.documents.catalogue import DOCUMENTS
from app.documents.document import Case, Content, Document, Need, public
from app.documents.paper import Paper, paper
from app.responsibility import month
from app.responsibility.month import OfficeLine
from app.reveal import note_export
from app.rules import monthly
from app.workspace import OfficeCard, Workspace
from db import clock
from db.errors import Refusal

WORD, EXCEL, PDF = ".docx", ".xlsx", ".pdf"

ONLY_WORD = "本单位改过的模板只用于 Word；Excel、PDF 和打印仍是程序带的版式。"
"""What is said where an office has a template of its own and does not write Word."""

Printer = Callable[[Paper, Path], None]
"""Writes a laid-out document as PDF at a path. The window has one; raises `Refusal` where it cannot write."""


@dataclass(frozen=True)
class Asked:
    """What a document is asked for with; what is None is this year, this month (or the last there is), all offices."""

    year: int | None = None
    month: str | None = None
    office: str | None = None
    record: str | None = None
    public: bool = False


@dataclass(frozen=True)
class Made:
    """A document that was written: where, and how many lines its tables have."""

    file: Path
    rows: int


def named(name: str) -> Document:
    """The document of this name or title. Raises `Refusal` with the list."""
    for document in DOCUMENTS.values():
        if name in (document.name, document.title):
            return document
    known = "、".join(f"{one.name}（{one.title}）" for one in DOCUMENTS.values())
    raise Refusal(f"没有叫 {name} 的文书。可用的文书：{known}", "no-such-document")


def offered(office: OfficeCard) -> list[Document]:
    """The documents that an office draws."""
    return [one for one in DOCUMENTS.values() if office.level in one.levels]


def case(workspace: Workspace, session: Session, document: Document, asked: Asked) -> Case:
    """What a document is drawn for. Raises `Refusal` for an office that there is not, and where a record is missing."""
    if workspace.office.level not in document.levels:
        raise Refusal(f"“{document.title}”由县里印发，这里不能打印", "not-allowed")
    if Need.RECORD in document.needs and not asked.record:
        raise Refusal(
            f"“{document.title}”要指明是哪一条记录：先在“{document.source}”里选定（命令行用 --record 编号）",
            "record-needed",
        )
    today = clock.today()
    return Case(
        session,
        workspace.office,
        workspace.user,
        today,
        _office(session, workspace, asked.office),
        asked.year or today.year,
        asked.month or (document.latest and document.latest(session)) or monthly.month_of(today),
        asked.record or "",
    )


def _office(session: Session, workspace: Workspace, wanted: str | None) -> OfficeLine | None:
    """A township's own office; above one, the one below of this code, name or id, None for all."""
    known = month.offices(session, workspace.office.id, deep=True)
    if not workspace.office.is_county:
        return known[0]
    if wanted is None:
        return None
    for one in known:
        if wanted in (one.code, one.name, one.id):
            return one
    listed = "、".join(f"{one.code}（{one.name}）" for one in known)
    raise Refusal(f"没有代码为 {wanted} 的单位。可用的：{listed}", "no-such-office")


def choices(workspace: Workspace, document: Document, asked: Asked) -> Sequence[tuple[str, str]]:
    """The records that a document can be drawn for, by id, with what they are called; none where it needs none."""
    if document.records is None:
        return ()
    with workspace.read() as session:
        where = Case(
            session,
            workspace.office,
            workspace.user,
            clock.today(),
            _office(session, workspace, asked.office),
            0,
            "",
            "",
        )
        return document.records(where)


def drawn(workspace: Workspace, document: Document, asked: Asked) -> tuple[Document, Content]:
    """The document as it is laid out and what it says, without what is sensitive where that is asked for. Raises
    `Refusal` where there is nothing to draw it from."""
    with workspace.read() as session:
        content = document.read(case(workspace, session, document, asked))
    return public(document, content) if asked.public else (document, content)


def laid_out(workspace: Workspace, document: Document, asked: Asked) -> Paper:
    """The document on paper, to be printed."""
    shown, content = drawn(workspace, document, asked)
    _few(content)
    _note(workspace, document, content, asked)
    return paper(shown, content)


def make(workspace: Workspace, document: Document, asked: Asked, out: Path, pdf: Printer | None = None) -> Made:
    """Writes a document to a file of the kind that its ending says.

    The store remembers who drew how many lines of a ledger with masked values. Raises `Refusal` for anything that
    cannot be drawn or written; what stood at `out` before stays then.
    """
    ending = out.suffix.lower()
    if ending not in (WORD, EXCEL, PDF):
        raise Refusal(f"文书存成 .docx、.xlsx 或 .pdf。请把“{out.name}”改成以其中一种结尾的文件名", "wrong-name")
    if ending == PDF and pdf is None:
        raise Refusal("这里不能写 PDF。请用命令 siji，或在窗口的“报表和文书”里保存", "no-printer")
    shown, content = drawn(workspace, document, asked)
    if ending == EXCEL:
        from app.documents import sheets  # openpyxl is slow to load, and not every day is for workbooks

        sheets.write(shown, content, out)
    else:
        _few(content)
        if pdf is not None and ending == PDF:
            pdf(paper(shown, content), out)
        else:
            own = word.own_template(workspace.folder, document)
            hidden = document.hidden if asked.public else frozenset()
            filled = word.fill(shown, content, hidden, own if own.exists() else None)
            with files.telling(out, "Word 或 WPS"):
                files.write_whole(out, filled)
    _note(workspace, document, content, asked)
    return Made(out, content.count)


def _note(workspace: Workspace, document: Document, content: Content, asked: Asked) -> None:
    if document.ledger is not None:
        note_export(workspace, document.ledger, content.count or 1, public=asked.public)


def _few(content: Content) -> None:
    if content.count > word.MOST:
        raise Refusal(
            f"一共 {content.count:,} 行，Word 和打印最多 {word.MOST:,} 行。请存成 Excel（.xlsx），或者按单位分开",
            "too-large",
        )


def own_copy(workspace: Workspace, document: Document) -> Path:
    """The office's own template, copied from the program's where it has none yet. Raises `Refusal` where it cannot."""
    target = word.own_template(workspace.folder, document)
    if target.exists():
        return target
    with files.telling(target, "Word 或 WPS"):
        target.parent.mkdir(exist_ok=True)
        files.write_whole(target, word.standard_template(document))
    return target


def forget_copy(workspace: Workspace, document: Document) -> bool:
    """Removes the office's own template, so that the program's serves again; whether there was one."""
    target = word.own_template(workspace.folder, document)
    if not target.exists():
        return False
    with files.telling(target, "Word 或 WPS"):
        target.unlink()
        with suppress(OSError):  # others are in it
            target.parent.rmdir()
    return True
