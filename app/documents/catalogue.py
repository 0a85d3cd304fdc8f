"""All documents by name, in the order of the systems."""

from collections.abc import Mapping

from app.documents import guarantee, method, responsibility, team
from app.documents.document import Document

DOCUMENTS: Mapping[str, Document] = {
    one.name: one for one in (*team.DOCUMENTS, *guarantee.DOCUMENTS, *method.DOCUMENTS, *responsibility.DOCUMENTS)
}
