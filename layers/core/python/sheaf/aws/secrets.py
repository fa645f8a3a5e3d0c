"""aws: KMS, which encrypts short secrets; its key never leaves it.

What is encrypted for one purpose (`context`) can be decrypted for that alone.
"""

from collections.abc import Mapping

from sheaf import settings
from sheaf.aws import clients


def encrypt(secret: bytes, context: Mapping[str, str]) -> bytes:
    """A secret as it may be kept; at most 4,096 bytes."""
    answer = clients.kms().encrypt(KeyId=settings.webhooks_key_id(), Plaintext=secret, EncryptionContext=context)
    return answer["CiphertextBlob"]


def decrypt(encrypted: bytes, context: Mapping[str, str]) -> bytes:
    """The secret that was encrypted in the same context."""
    key = settings.webhooks_key_id()
    answer = clients.kms().decrypt(KeyId=key, CiphertextBlob=encrypted, EncryptionContext=context)
    return answer["Plaintext"]
