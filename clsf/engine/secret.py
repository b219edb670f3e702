"""A certificate and its key, made at start and known only to this program's own processes, so that no other user of the
machine can talk to its scheduler and workers."""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

FROM, UNTIL = datetime(2000, 1, 1), datetime(2049, 12, 31)
"""Validity. A key lives as long as its program, whatever the machine's clock says meanwhile."""


def certificate() -> tuple[str, str]:
    """Return a new self-signed certificate (X.509, key on the curve P-256) and its private key, both as PEM text."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "clsf")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), FROM, UNTIL)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return signed.public_bytes(Encoding.PEM).decode(), private.decode()
