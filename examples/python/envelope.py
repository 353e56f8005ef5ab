"""What send.py and receive.py share: keys in files, and envelopes as docs/api/open-lane.md describes them."""

import json
import os
import time
import uuid

from jwcrypto import jwe, jwk, jws

KEY_ALGORITHM = {"RSA": "RSA-OAEP-256", "EC": "ECDH-ES+A256KW"}
SIGNATURE = {"RSA": "PS256", "EC": "ES256", "OKP": "EdDSA"}
SIGNATURES = ["PS256", "ES256", "EdDSA"]
CONTENT = ["A256GCM", "A256CBC-HS512"]


def make_key(kind):
    """RSA-3072, RSA-4096 or P-256 to receive with; Ed25519 only signs."""
    if kind.startswith("RSA-"):
        return jwk.JWK.generate(kty="RSA", size=int(kind[4:]))
    if kind == "Ed25519":
        return jwk.JWK.generate(kty="OKP", crv="Ed25519")
    return jwk.JWK.generate(kty="EC", crv="P-256")


def key_file(name):
    """Where the key of an account lies unless somebody says otherwise: a file of its own for each."""
    return name + ".key.json"


def load_key(path, kind):
    """The private key of a file that only its owner can read; made at the first use, by nobody but this program."""
    if not os.path.exists(path):
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make_key(kind).export_private())
    with open(path) as file:
        return jwk.JWK.from_json(file.read())


def public_part(key):
    return json.loads(key.export_public())


def read_public(uploaded):
    """A public key as the server gives it: PEM, JWK, JWK as text, or the first receiving one of a set."""
    if isinstance(uploaded, str) and uploaded.startswith("-----BEGIN"):
        return jwk.JWK.from_pem(uploaded.encode())
    value = json.loads(uploaded) if isinstance(uploaded, str) else uploaded
    if "keys" in value:
        value = next(one for one in value["keys"] if one["kty"] != "OKP" and one.get("use") != "sig")
    return jwk.JWK(**value)


def read_verifying(uploaded):
    """The public keys that a proof may be by: all of a set but those that only receive."""
    if isinstance(uploaded, str) and uploaded.startswith("-----BEGIN"):
        return [jwk.JWK.from_pem(uploaded.encode())]
    value = json.loads(uploaded) if isinstance(uploaded, str) else uploaded
    return [jwk.JWK(**one) for one in value.get("keys", [value]) if one.get("use") != "enc"]


def verified(proof, keys):
    """The payload of a proof that is by one of these keys, or an exception."""
    for key in keys:
        signature = jws.JWS()
        signature.allowed_algs = SIGNATURES
        signature.deserialize(proof)
        # The algorithm is the one that the key is for, whatever the proof says of itself.
        kind = key.export(as_dict=True, private_key=False)["kty"]
        try:
            signature.verify(key, alg=SIGNATURE[kind])
            return signature.payload
        except jws.InvalidJWSSignature:
            continue
    raise ValueError("signed by somebody else")


def compact_json(value):
    """The one spelling of JSON that this lane takes in headers."""
    return json.dumps(value, separators=(",", ":"))


def padded_length(length):
    """One of a few: what is sealed tells by its length hardly anything of the text."""
    if length <= 8192:
        return max(256, 1 << (length - 1).bit_length())
    exponent = length.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-length // step) * step


def padded_json(claims):
    """The same claims and one more, which fills up and says nothing."""
    length = len(compact_json(dict(claims, pad="")).encode())
    return compact_json(dict(claims, pad="0" * (padded_length(length) - length)))


def seal(text, sender, recipient, recipient_key, signing_key, content="A256GCM"):
    """Signed by the sender over context and text, then encrypted to the recipient."""
    kind = signing_key.export(as_dict=True)["kty"]
    claims = {"iss": sender, "aud": recipient, "iat": int(time.time()), "jti": str(uuid.uuid4()), "body": text}
    proof = jws.JWS(padded_json(claims).encode())
    proof.allowed_algs = SIGNATURES
    proof.add_signature(signing_key, alg=SIGNATURE[kind], protected=compact_json({"alg": SIGNATURE[kind]}))
    algorithm = KEY_ALGORITHM[recipient_key.export(as_dict=True, private_key=False)["kty"]]
    envelope = jwe.JWE(
        proof.serialize(compact=True).encode(),
        protected=compact_json({"alg": algorithm, "enc": content}),
        algs=[algorithm, content],
    )
    envelope.add_recipient(recipient_key)
    return envelope.serialize(compact=True)


def unseal(envelope, own_name, own_key, sender, sender_keys):
    """The claims of an envelope, or an exception where it is not from this sender to us."""
    opened = jwe.JWE(algs=list(KEY_ALGORITHM.values()) + CONTENT)
    opened.deserialize(envelope if isinstance(envelope, str) else json.dumps(envelope), key=own_key)
    claims = json.loads(verified(opened.payload.decode(), sender_keys))
    if claims["iss"] != sender or claims["aud"] != own_name:
        raise ValueError("signed for somebody else")
    return claims
