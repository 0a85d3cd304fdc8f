"""All documents by name, in the order of the systems; last the hand-over."""

from collections.abc import Mapping

from app.documents import guarantee, handoff, method, recruitment, responsibility, team
from app.documents.document import Document

DOCUMENTS: Mapping[str, Document] = {
    one.name: one
    for one in (
        *team.DOCUMENTS,
        *recruitment.DOCUMENTS,
        *guarantee.DOCUMENTS,
        *method.DOCUMENTS,
        *responsibility.DOCUMENTS,
        *handoff.DOCUMENTS,
    )
}
