"""One request to a receiver: signed, to the address that was judged, and only to whom the certificate names."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook

from sheaf import settings
from sheaf.webhooks import addresses, sending
from sheaf.webhooks.sending import Message
from tests.support.receiver import Receiver, receiving

SECRET = bytes(range(32))
HOST = "hooks.example.com"


def message(body: bytes = b'{"type":"task.created"}') -> Message:
    return Message("change_1_7", int(datetime.now(UTC).timestamp()), body)


@pytest.fixture(autouse=True)
def local_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "has_local_engine", lambda: True)


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver with a certificate for one host alone, which is trusted here and looked up as this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    chain, private = tmp_path / "certificate.pem", tmp_path / "key.pem"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain, private)
    monkeypatch.setenv("SSL_CERT_FILE", str(chain))
    sending._tls.cache_clear()
    monkeypatch.setattr(addresses, "_LOCAL_HOSTS", ("localhost", HOST))
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **more: real("127.0.0.1", *rest, **more))
    with receiving(context) as receiver:
        yield receiver
    sending._tls.cache_clear()


def test_the_library_of_the_specification_takes_the_signature() -> None:
    sent = message('{"notes":"\N{SNOWMAN}"}'.encode())
    with receiving() as receiver:
        assert sending.send(receiver.url, SECRET, sent).is_delivered
    (request,) = receiver.requests
    assert Webhook(sending.written(SECRET)).verify(request.body, request.headers) == {"notes": "\N{SNOWMAN}"}
    assert request.headers["host"] == f"localhost:{receiver.port}"
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(sending.written(SECRET)).verify(request.body + b" ", request.headers)


def test_secrets_are_of_the_length_that_the_specification_asks_for_and_never_the_same() -> None:
    made = {sending.new_secret() for _ in range(100)}
    assert {len(secret) for secret in made} == {32}
    assert len(made) == 100


def test_it_is_sent_by_tls_to_whom_the_certificate_names(certified: Receiver) -> None:
    assert sending.send(f"https://{HOST}:{certified.port}/a", SECRET, message()).is_delivered
    assert [(each.path, each.headers["host"]) for each in certified.requests] == [("/a", f"{HOST}:{certified.port}")]


def test_nothing_is_sent_to_whom_the_certificate_does_not_name(certified: Receiver) -> None:
    outcome = sending.send(f"https://localhost:{certified.port}/", SECRET, message())
    assert (outcome.error or "").startswith("the certificate of the receiver is not valid: Hostname mismatch")
    assert certified.requests == []


def test_nothing_is_sent_to_whose_certificate_nobody_trusts(
    certified: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    sending._tls.cache_clear()
    outcome = sending.send(f"https://{HOST}:{certified.port}/", SECRET, message())
    assert (outcome.error or "").startswith("the certificate of the receiver is not valid: self-signed certificate")
    assert certified.requests == []


def test_a_name_is_looked_up_once_and_that_address_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name may mean another address the next time it is looked up."""
    monkeypatch.setattr(settings, "has_local_engine", lambda: False)
    looked_up, connected = [], []

    def look_up(host: str, port: int, **_: object) -> list[Any]:
        looked_up.append(host)
        address = "93.184.216.34" if len(looked_up) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(address: object, **_: object) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert sending.send("https://hooks.example.com/", SECRET, message()).error == "the receiver refused the connection"
    assert (looked_up, connected) == (["hooks.example.com"], [("93.184.216.34", 443)])
