#!/usr/bin/env python3
"""Posts standard input into a Sotto room, end-to-end encrypted: python3 post.py [EC|RSA] < text

Needs python3-cryptography and no JOSE library. hook.json, as `sotto hook create` has printed it, lies in the same
folder.
"""

import base64
import hashlib
import json
import os
import sys
import time
import unicodedata
import urllib.error
import urllib.request
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "hook.json")) as file:
    HOOK = json.load(file)


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(text):
    return int.from_bytes(decode(text), "big")


def point(key):
    return ec.EllipticCurvePublicNumbers(number(key["x"]), number(key["y"]), ec.SECP256R1()).public_key()


def part(value):
    return encode(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


def thumbprint(key):
    """RFC 7638: a hash of the members that make the key, in their order."""
    names = {"EC": ["crv", "kty", "x", "y"], "RSA": ["e", "kty", "n"], "OKP": ["crv", "kty", "x"]}[key["kty"]]
    text = json.dumps({name: key[name] for name in names}, separators=(",", ":"))
    return encode(hashlib.sha256(text.encode()).digest())


TEXT_BYTES_MAX = 48 * 1024
SIGNED_BYTES_MAX = 80 * 1024
# Letters and symbols that show nothing.
UNSEEN = "\u115f\u1160\u2800\u3164\uffa0\U00013441\U00013442\U0001d159"


def text_of(data):
    """A text that the room can show. The server sees no more of it than its length, so it is looked at here.

    Without the line end that `echo` and files put behind the last line: it belongs to no text.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SystemExit("this is not UTF-8: nothing was posted")
    if text.endswith("\n"):
        text = text[: -2 if text.endswith("\r\n") else -1]
    if "\0" in text:
        raise SystemExit("there is a NUL in this: nothing was posted")
    if not any(unicodedata.category(one)[0] in "LNPS" and one not in UNSEEN for one in text):
        raise SystemExit("this message is empty: nothing was posted")
    length = len(text.encode())
    if length > TEXT_BYTES_MAX:
        raise SystemExit("%d bytes are more than the %d of a post: nothing was posted" % (length, TEXT_BYTES_MAX))
    return text


def call(path="", body=None, headers=None):
    request = urllib.request.Request(HOOK["url"] + path, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        raise SystemExit("the server refuses it: %d %s" % (error.code, error.read(2000).decode(errors="replace")))


def newest_keys():
    """What the room's members say, not what the server says: signed by the anchor that this script knows."""
    signed, signature = call("/keys").rsplit(".", 1)
    header, payload = (json.loads(decode(one)) for one in signed.split("."))
    if header["alg"] != "ES256" or thumbprint(header["jwk"]) != HOOK["anchor"]:
        raise SystemExit("these keys are not signed by the anchor of this hook")
    raw = decode(signature)
    pair = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    point(header["jwk"]).verify(pair, signed.encode(), ec.ECDSA(hashes.SHA256()))
    if payload["hook"] != HOOK["hook"] or not payload["nbf"] - 60 <= time.time() < payload["exp"]:
        raise SystemExit("these keys are of another hook or another time")
    return payload["keys"]


def signing():
    """Returns the name of the algorithm and what signs with it."""
    key = HOOK["key"]
    if key["kty"] == "OKP":
        return "EdDSA", ed25519.Ed25519PrivateKey.from_private_bytes(decode(key["d"])).sign
    if key["kty"] == "EC":
        private = ec.derive_private_key(number(key["d"]), ec.SECP256R1())

        def signed(data):
            r, s = utils.decode_dss_signature(private.sign(data, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")

        return "ES256", signed
    public = rsa.RSAPublicNumbers(number(key["e"]), number(key["n"]))
    values = [number(key[name]) for name in ("p", "q", "d", "dp", "dq", "qi")]
    private = rsa.RSAPrivateNumbers(*values, public).private_key()
    salted = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    return "PS256", lambda data: private.sign(data, salted, hashes.SHA256())


def wrap(content_key, key):
    """The content key for the room, and what the header says about it (RFC 7518 4.3 and 4.6)."""
    if key["kty"] == "RSA":
        public = rsa.RSAPublicNumbers(number(key["e"]), number(key["n"])).public_key()
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        return public.encrypt(content_key, oaep), {}
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    shared = ephemeral.exchange(ec.ECDH(), point(key))
    name = b"ECDH-ES+A256KW"
    info = len(name).to_bytes(4, "big") + name + bytes(8) + (256).to_bytes(4, "big")
    wrapping = ConcatKDFHash(hashes.SHA256(), 32, info).derive(shared)
    numbers = ephemeral.public_key().public_numbers()
    epk = {"kty": "EC", "crv": "P-256"}
    epk.update({"x": encode(numbers.x.to_bytes(32, "big")), "y": encode(numbers.y.to_bytes(32, "big"))})
    return aes_key_wrap(wrapping, content_key), {"epk": epk}


def seal(text, kind):
    now = int(time.time())
    claims = {"iss": HOOK["hook"], "aud": HOOK["room"], "iat": now, "exp": now + 300}
    claims.update({"jti": str(uuid.uuid4()), "body": text})
    alg, signer = signing()
    signed = part({"alg": alg, "kid": thumbprint(HOOK["key"]), "typ": "hook+jws"}) + "." + part(claims)
    proof = signed + "." + encode(signer(signed.encode()))
    if len(proof) > SIGNED_BYTES_MAX:
        raise SystemExit("with what JSON escapes, this is longer than a post may be: nothing was posted")
    key = next(one for one in newest_keys() if one["kty"] == kind)
    content_key, iv = AESGCM.generate_key(256), os.urandom(12)
    wrapped, more = wrap(content_key, key)
    header = {"alg": key["alg"], "enc": "A256GCM", "kid": key["kid"], "typ": "hook+jwe", "cty": "hook+jws"}
    header.update(more)
    protected = part(header)
    sealed = AESGCM(content_key).encrypt(iv, proof.encode(), protected.encode())
    return ".".join([protected, encode(wrapped), encode(iv), encode(sealed[:-16]), encode(sealed[-16:])])


body = seal(text_of(sys.stdin.buffer.read()), sys.argv[1] if len(sys.argv) > 1 else "EC")
print(call(body=body.encode(), headers={"Authorization": "Bearer " + HOOK["token"], "Content-Type": "application/jose"}))
