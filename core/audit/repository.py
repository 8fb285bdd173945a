from core.audit.models import AuditEntryModel
from core.db import Repository


class AuditRepository(Repository[AuditEntryModel]):
    model_type = AuditEntryModel
