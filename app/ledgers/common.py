"""Policy, the county's remarks, and the files attached to records."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.ledgers.ledger import Chip, Derived, Figure, Ledger, Pillar
from db.fields import Authority
from db.models.common import Attachment, Policy, Remark


def titles_of(session: Session, remarks: Sequence[str]) -> Mapping[str, str]:
    """What the records are called that remarks are about, by remark: 党员花名册 · 陈桂香."""
    from app.ledgers.catalogue import LEDGERS  # the catalogue and the listing are made of this module
    from app.listing import record_titles

    lines = session.execute(select(Remark.id, Remark.ledger, Remark.record).where(Remark.id.in_(remarks))).all()
    titles: dict[str, str] = {}
    for name in {line.ledger for line in lines} & set(LEDGERS):
        wanted = {line.id: line.record for line in lines if line.ledger == name}
        called = record_titles(session, LEDGERS[name], sorted(set(wanted.values())))
        titles |= {id: f"{LEDGERS[name].title} · {called.get(record, record)}" for id, record in wanted.items()}
    return titles


POLICIES = Ledger(
    Policy,
    title="规则参数",
    one="参数",
    counter="项",
    pillar=Pillar.SYSTEM,
    icon="mdi6.tune-variant",
    label="{key}",
    columns="title key value effective_from source",
    form={"参数": "key title value effective_from source"},
    keys=("key effective_from",),
    figures=(Figure("共", unit="项"),),
    authority=Authority.COUNTY,
    empty="规则里用到的数字都在这里，各有生效日期和依据。",
)

REMARKS = Ledger(
    Remark,
    title="批注",
    one="批注",
    pillar=Pillar.SYSTEM,
    icon="mdi6.comment-alert-outline",
    label="{text}",
    columns="target_office about text status",
    derived=(Derived("about", "记录", among=titles_of),),
    form={"批注": "target_office ledger record field text status"},
    chips=(Chip("待改", Remark.status == "01"),),
    figures=(Figure("共", unit="条"),),
    defaults={"status": "01"},
    authority=Authority.COUNTY,
    empty="县里退回核实的记录和意见在这里。",
)

ATTACHMENTS = Ledger(
    Attachment,
    title="附件",
    one="附件",
    counter="个",
    pillar=Pillar.SYSTEM,
    icon="mdi6.paperclip",
    label="{name}",
    columns="name ledger bytes",
    form={"附件": "ledger record name sha256 bytes"},
    hidden=True,
)

LEDGERS = (POLICIES, REMARKS, ATTACHMENTS)
