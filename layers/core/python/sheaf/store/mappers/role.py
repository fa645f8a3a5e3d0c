"""store: how business roles are stored."""

from sheaf.domain.business_role import BusinessRole
from sheaf.domain.values import fold_name
from sheaf.store.codec import Codec
from sheaf.store.records import RecordMapper

ROLE = RecordMapper("ROLE", Codec(BusinessRole, sparse={"user_ids"}), claim=lambda role: fold_name(role.name))
