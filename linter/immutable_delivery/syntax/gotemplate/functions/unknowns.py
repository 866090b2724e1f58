"""Functions whose value nothing here knows: what is random, the time, certificates, other machines."""

from __future__ import annotations

from immutable_delivery.syntax.gotemplate.functions.signature import Function
from immutable_delivery.syntax.gotemplate.values import Object, Unknown, Value

_REASONS = {
    "a random text": "randAlpha randAlphaNum randAscii randNumeric randBytes shuffle uuidv4",
    "a random number": "randInt",
    "a random key or certificate": "genPrivateKey buildCustomCert encryptAES decryptAES",
    "a salted hash": "bcrypt htpasswd",
    "a time": (
        "ago date dateInZone date_in_zone dateModify date_modify mustDateModify must_date_modify htmlDate htmlDateInZone"
        " now unixEpoch toDate mustToDate"
    ),
}
_CERTIFICATES = "genCA genCAWithKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey"


def _unknown(reason: str) -> Function:
    return Function(lambda *_: Unknown(reason))


def _certificate(*_: Value) -> Object:
    unknown = Unknown("a random key or certificate")
    return Object("genericcert", {"Cert": unknown, "Key": unknown})


def _nothing(*_: Value) -> str:
    return ""


UNKNOWNS = {
    **{name: _unknown(reason) for reason, names in _REASONS.items() for name in names.split()},
    **dict.fromkeys(_CERTIFICATES.split(), Function(_certificate)),
    "getHostByName": Function(_nothing, "string"),
    "hello": Function(lambda: "Hello!", ""),
}
