"""The one model: a member, every column as text, in a profile and partition of its own."""

from django.db import models
from morango.models import SyncableModel

COLUMNS = (
    *("office", "name", "resident_id", "sex", "nation", "birth", "education", "degree", "branch", "category"),
    *("joined_on", "full_on", "work_post", "phone", "landline", "address", "standing", "office_held"),
)


class Member(SyncableModel):
    """A person on the roll."""

    morango_profile = "roll"
    morango_model_name = "member"
    morango_model_dependencies = ()

    office, name, resident_id, sex, nation, birth, education, degree, branch, category, joined_on, full_on = (
        models.CharField(max_length=200, null=True, blank=True) for _ in range(12)
    )
    work_post, phone, landline, address, standing, office_held = (
        models.CharField(max_length=200, null=True, blank=True) for _ in range(6)
    )

    def calculate_source_id(self, *_: object, **__: object) -> str:
        """What its id is made from."""
        return str(self.id or self.resident_id)

    def calculate_partition(self, *_: object, **__: object) -> str:
        """Everybody is in one partition."""
        return "roll"

    def calculate_uuid(self, *_: object, **__: object) -> str:
        """Ids are given."""
        return str(self.id)
