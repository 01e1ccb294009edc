"""The key that signs content credentials, and its chain of certificates.

Made on the first start by the C2PA certificate profile: a root of this installation's own, and a
signer with the e-mail protection purpose. Nobody outside trusts such a root; an operator who has
a trusted certificate puts both files in their place.
"""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kinora.adapters.secrets import write_private

KEY, CHAIN = "signing-key.pem", "signing-chain.pem"
ROOT_DAYS, LEAF_DAYS = 3650, 3649
ORGANISATION = "A self-hosted Kinora"

Key = ec.EllipticCurvePrivateKey


def ensure_keys(folder: Path, *, now: datetime) -> None:
    """Make key and certificates in a folder, unless both are there."""
    if (folder / KEY).exists() and (folder / CHAIN).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    root_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _root(root_key, now)
    leaf = _leaf(leaf_key, root, root_key, now)
    pem = serialization.Encoding.PEM
    write_private(folder / CHAIN, (leaf.public_bytes(pem) + root.public_bytes(pem)).decode())
    private = leaf_key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(folder / KEY, private.decode())


def _root(key: Key, now: datetime) -> x509.Certificate:
    name = _name("Content credentials root")
    started = _started(name, name, key, now, ROOT_DAYS)
    usage = _usage(signs=False, certifies=True)
    return (
        started.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _leaf(key: Key, root: x509.Certificate, root_key: Key, now: datetime) -> x509.Certificate:
    started = _started(_name("Content credentials signer"), root.subject, key, now, LEAF_DAYS)
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    return (
        started.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=True, certifies=False), critical=True)
        .add_extension(purpose, critical=False)
        .add_extension(above, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )


def _started(
    subject: x509.Name, issuer: x509.Name, key: Key, now: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(*, signs: bool, certifies: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certifies,
        crl_sign=certifies,
        encipher_only=False,
        decipher_only=False,
    )
