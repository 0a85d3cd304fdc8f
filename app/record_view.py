"""One record as a person reads it: sections, findings, what points to it, files, history, remarks; and as a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import actions, attachments, checks, drafts, editing, listing
from app.actions import Offer
from app.attachments import AttachedFile
from app.findings import Finding
from app.ledgers.catalogue import LEDGERS, linking_to
from app.ledgers.ledger import Ledger
from app.ownership import belongs_to, owner_above
from app.policy import Policies
from app.sync.corrections import CORRECTED, OPEN, answered_here
from app.workspace import OfficeCard, Workspace
from db import journal, settings
from db.codes import table
from db.models.common import Remark
from db.models.organisation import Office
from db.models.record import Version
from db.parsing import Unreadable, birth_of, resident_id, sex_of


@dataclass(frozen=True)
class Item:
    """One line: a label and its text. `hidden` says that the text is masked and can be asked for."""

    name: str
    label: str
    text: str
    hidden: bool = False
    remark: str = ""
    """What was sent back about it and has not been answered."""


@dataclass(frozen=True)
class RelatedRecord:
    """A record that points to the one shown, or that it points to."""

    ledger: str
    id: str
    title: str


@dataclass(frozen=True)
class Related:
    """The records of one ledger that are related: how many, and the first few."""

    title: str
    count: int
    records: tuple[RelatedRecord, ...]


@dataclass(frozen=True)
class HistoryLine:
    """One change in plain words."""

    at: str
    user: str
    what: str
    """新增, 修改, 删除 or 恢复."""
    label: str
    """The operation it belongs to."""
    changes: tuple[str, ...]


@dataclass(frozen=True)
class RemarkLine:
    """What the county wrote about the record.

    Attributes:
        field: the label of the field that it is about, empty for the whole record; `name` is the field's name.
        status: 待改, 已改 or 已了. An office's own correction counts at once, before the county has seen it.
        at: when it was written, or came.
    """

    id: str
    text: str
    field: str
    name: str
    status: str
    at: str

    @property
    def open(self) -> bool:
        """Whether it waits for a correction."""
        return self.status == table("remark_status").name(OPEN)


@dataclass(frozen=True)
class RecordView:
    """Everything the panel beside a table shows."""

    id: str
    title: str
    subtitle: str
    sections: tuple[tuple[str, tuple[Item, ...]], ...]
    findings: tuple[Finding, ...]
    related: tuple[Related, ...]
    attachments: tuple[AttachedFile, ...]
    history: tuple[HistoryLine, ...]
    remarks: tuple[RemarkLine, ...]
    actions: tuple[Offer, ...]
    keeper: str | None = None
    """The sentence that another office keeps this record, None where this one may write it."""
    sends_back: bool = False
    """Whether it is a subordinate's, to which it can be sent back."""
    asks: str = ""
    """What stands before a remark: whom it waits for, or who sent it back."""


FIRST = 8
"""How many related records of one ledger are named."""


def view(workspace: Workspace, session: Session, ledger: Ledger, record_id: str) -> RecordView:
    """The record as it stands, sensitive fields masked. Raises `Refusal` when there is none."""
    record = editing.get(session, ledger, record_id)
    titles = listing.link_titles(session, ledger, ledger.fields, [record])
    derived = {
        name: one.among(session, [record_id]).get(record_id, "") if one.among else listing.derived_text(one, record)
        for name, one in ledger.derivations.items()
    }
    said = remarks(session, ledger, record_id)
    waiting = {one.name: one.text for one in reversed(said) if one.open}
    sections = []
    for title, names in ledger.sections.items():
        items = []
        for name in names:
            spec = ledger.fields.get(name)
            if spec is None or name in pointers(ledger):
                continue
            text = listing.cell(ledger, record, name, titles)
            hidden = text != listing.cell(ledger, record, name, titles, masked=False)
            shown = f"{text} {spec.unit}".strip() if text else ""
            items.append(Item(name, spec.label, shown, hidden, waiting.get(name, "")))
        sections.append((title, tuple(items)))
    if derived:
        extra = tuple(Item(name, one.label, derived[name]) for name, one in ledger.derivations.items())
        sections.insert(1, ("推算", extra))
    values = {name: getattr(record, name) for name in ledger.fields}
    found = checks.run(ledger, values, checks.Look(session, record_id), Policies.read(session))
    return RecordView(
        record_id,
        listing.record_titles(session, ledger, [record_id])[record_id],
        _subtitle(session, workspace, ledger, record, titles),
        tuple(sections),
        tuple(found),
        related(session, ledger, record),
        attachments.listed(session, record_id),
        history(session, ledger, record_id),
        said,
        actions.offers(session, workspace.office, ledger, record_id),
        kept_elsewhere(workspace, session, ledger, record_id),
        sent_back := workspace.office.is_county and record.office_id != workspace.office.id,
        _asks(workspace.office, sent_back),
    )


def _asks(office: OfficeCard, below: bool) -> str:
    return f"等{office.below}更正" if below else f"{office.above}退回"


def kept_elsewhere(workspace: Workspace, session: Session, ledger: Ledger, record_id: str) -> str | None:
    """The sentence that another office keeps a record, None where this one may write it."""
    name = owner_above(session, workspace.office, editing.get(session, ledger, record_id).office_id)
    return None if name is None else belongs_to(ledger, name)


def pointers(ledger: Ledger) -> frozenset[str]:
    """The fields by which a remark or an attachment names its record: ids, which nobody reads or types."""
    return frozenset({"ledger", "record", "field", "sha256"}) if "record" in ledger.fields else frozenset()


def _subtitle(session: Session, workspace: Workspace, ledger: Ledger, record: Any, titles: Mapping[str, str]) -> str:
    named = set(ledger.label_parts.values())
    links = [name for name, spec in ledger.fields.items() if spec.target and name not in named]
    coded = [name for name in ledger.column_names if name in ledger.fields and ledger.fields[name].table]
    coded = [name for name in coded if ledger.fields[name].required and name not in named]
    parts = [listing.cell(ledger, record, name, titles) for name in (*links[:1], *coded[-1:])]
    if record.office_id != workspace.office.id and (owner := session.get(Office, record.office_id)) is not None:
        parts.insert(0, owner.name)
    return " · ".join(part for part in parts if part)


def related(session: Session, ledger: Ledger, record: Any) -> tuple[Related, ...]:
    """The records it points to, then for each ledger those that point to it."""
    groups = []
    if "ledger" in ledger.fields and record.ledger in LEDGERS:  # a remark or an attachment
        about = LEDGERS[record.ledger]
        title = listing.record_titles(session, about, [record.record]).get(record.record, "")
        groups.append(Related(about.title, 1, (RelatedRecord(about.id, record.record, title),)))
    targets = [
        (spec, getattr(record, name))
        for name, spec in ledger.fields.items()
        if spec.target and getattr(record, name) is not None
    ]
    for spec, target_id in targets:
        target = LEDGERS[spec.target or ""]
        title = listing.record_titles(session, target, [target_id]).get(target_id, "")
        groups.append(Related(spec.label, 1, (RelatedRecord(target.id, target_id, title),)))
    for other, name in linking_to(ledger):
        here = (other.model.deleted_at.is_(None), other.column(name) == record.id)
        count = session.execute(select(func.count()).select_from(other.model).where(*here)).scalar_one()
        if count:
            first = session.scalars(select(other.model.id).where(*here).order_by(other.model.id.desc()).limit(FIRST))
            ids = list(first)
            titles = listing.record_titles(session, other, ids)
            records = tuple(RelatedRecord(other.id, one, titles[one]) for one in ids)
            groups.append(Related(other.title, count, records))
    return tuple(groups)


WHAT = {"create": "新增", "update": "修改", "delete": "删除", "restore": "恢复"}


def history(session: Session, ledger: Ledger, record_id: str) -> tuple[HistoryLine, ...]:
    """All changes of a record in plain words, the latest first; sensitive values masked."""
    lines = []
    for entry in journal.history(session, record_id):
        before, after = (journal.typed(ledger.model, values) for values in (entry.before, entry.after))
        changes = []
        for name, spec in ledger.fields.items():
            if entry.action != "create" and name in after:
                old, new = (_shown(session, ledger, name, values.get(name)) for values in (before, after))
                changes.append(f"{spec.label}：{old or '—'} → {new or '—'}")
        lines.append(HistoryLine(entry.at, entry.user, WHAT[entry.action], entry.label, tuple(changes)))
    return tuple(lines)


def _shown(session: Session, ledger: Ledger, name: str, value: Any) -> str:
    spec = ledger.fields[name]
    if spec.target and value is not None:
        return listing.record_titles(session, LEDGERS[spec.target], [value]).get(value, "")
    return spec.show(value, masked=True)


def remarks(session: Session, ledger: Ledger, record_id: str) -> tuple[RemarkLine, ...]:
    """The county's remarks on a record, the latest first."""
    found = session.execute(
        select(Remark.id, Remark.office_id, Remark.text, Remark.field, Remark.status)
        .where(Remark.record == record_id, Remark.ledger == ledger.id, Remark.deleted_at.is_(None))
        .order_by(Remark.id.desc())
    ).all()
    own = settings.get(session, "office_id")
    answered = answered_here(session, [one.id for one in found if one.office_id != own])
    names, ats = table("remark_status"), _made_at(session, [one.id for one in found])
    return tuple(
        RemarkLine(
            one.id,
            one.text,
            ledger.fields[one.field].label if one.field in ledger.fields else "",
            one.field or "",
            names.name(CORRECTED if one.id in answered else one.status),
            ats.get(one.id, ""),
        )
        for one in found
    )


def _made_at(session: Session, ids: Sequence[str]) -> Mapping[str, str]:
    """When records were made here, or came."""
    lines = (
        select(journal.ChangeLine.record_id, journal.BatchLine.at)
        .join(journal.BatchLine, journal.BatchLine.id == journal.ChangeLine.batch_id)
        .where(journal.ChangeLine.record_id.in_(ids), journal.ChangeLine.before.is_(None))
    )
    found: dict[str, str] = dict(session.execute(lines).all())
    return found


# ---------------------------------------------------------------- the form


@dataclass(frozen=True)
class FormStart:
    """What a form opens with.

    Attributes:
        texts: each field as a person would type it; a code stays a code, a link an id.
        hidden: fields whose text is masked, to be asked for before they can be changed.
        links: what linked records are called, by id.
        title: what the record is called, empty for a new one.
        draft: what was typed before and not saved.
        draft_at: when that was.
        keeper: the sentence that another office keeps the record, None where this one may write it.
        remarks: what was sent back and has not been answered, by field; the empty name stands for the whole record.
        seen: the version of the record as it is shown, None for a new one.
        asks: what stands before what was sent back: whom it waits for, or who sent it.
    """

    texts: Mapping[str, str]
    hidden: frozenset[str]
    links: Mapping[str, str]
    title: str
    draft: Mapping[str, str]
    draft_at: str
    keeper: str | None = None
    remarks: Mapping[str, str] = field(default_factory=dict)
    seen: Version | None = None
    asks: str = ""


@dataclass(frozen=True)
class FormState:
    """What the checks and the derivations say while somebody types."""

    findings: tuple[Finding, ...]
    derived: Mapping[str, str]


def form_start(workspace: Workspace, session: Session, ledger: Ledger, record_id: str | None) -> FormStart:
    """The stored record, or the ledger's defaults, and the draft that was left of it."""
    values = editing.stored_values(session, ledger, record_id)
    texts, hidden = {}, set()
    for name, value in values.items():
        if value is None:
            continue
        spec = ledger.fields[name]
        texts[name] = value if spec.kind.id in ("code", "codes", "link") else spec.show(value, masked=True)
        if spec.sensitive and texts[name] != spec.show(value):
            hidden.add(name)
    draft = drafts.kept(session, ledger, record_id, drafts.writer(workspace))
    typed = draft.typed if draft else {}
    links = listing.link_titles(session, ledger, ledger.fields, [_Values(values)])
    for name, text in typed.items():
        if target := ledger.fields[name].target:
            links |= listing.record_titles(session, LEDGERS[target], [text])
    title = listing.record_titles(session, ledger, [record_id])[record_id] if record_id else ""
    keeper = kept_elsewhere(workspace, session, ledger, record_id) if record_id else None
    said = remarks(session, ledger, record_id) if record_id else ()
    waiting = {one.name: one.text for one in reversed(said) if one.open}
    record = editing.get(session, ledger, record_id) if record_id else None
    seen, own = (record.version if record else None), workspace.office
    asks = _asks(own, own.is_county and record is not None and record.office_id != own.id)
    left = draft.at if draft else ""
    return FormStart(texts, frozenset(hidden), links, title, typed, left, keeper, waiting, seen, asks)


class _Values(SimpleNamespace):
    """Values that are read like a record's."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(**values)


def form_state(
    workspace: Workspace, session: Session, ledger: Ledger, typed: Mapping[str, str], record_id: str | None
) -> FormState:
    """Checks what was typed over the record, and derives what is shown and not typed."""
    draft = editing.draft(workspace, session, ledger, typed, record_id)
    values = _Values(draft.values)
    derived = {
        name: listing.derived_text(one, values) for name, one in ledger.derivations.items() if one.of is not None
    }
    return FormState(draft.findings, derived)


def said_by_resident_id(text: str) -> dict[str, str]:
    """The birth and sex in a whole and valid identity number, as texts by field name; nothing for any other."""
    try:
        number = resident_id(text)
    except Unreadable:
        return {}
    return {"birth": birth_of(number).isoformat(), "sex": sex_of(number)}


@dataclass(frozen=True)
class Choice:
    """A record that a link may point to."""

    id: str
    title: str


OFFERED, CONSIDERED = 30, 500
"""How many records are offered for a link, and how many of those that were found are put in order for it."""


def choices(session: Session, ledger: Ledger, name: str, typed: str) -> tuple[Choice, ...]:
    """The records that what was typed for a link of the ledger may mean, by name or initials of pinyin. Those that the
    link names most often so far come first: branches with many members before the committee over them."""
    target = LEDGERS[ledger.fields[name].target or ""]
    found = listing.ids(session, target, listing.Query(search=typed), limit=CONSIDERED)
    link = ledger.column(name)
    linked = select(link, func.count()).where(link.in_(found), ledger.model.deleted_at.is_(None)).group_by(link)
    often: dict[str, int] = dict(session.execute(linked).all())
    wanted = sorted(found, key=lambda one: -often.get(one, 0))[:OFFERED]
    titles = listing.record_titles(session, target, wanted)
    return tuple(Choice(one, titles[one]) for one in wanted)
