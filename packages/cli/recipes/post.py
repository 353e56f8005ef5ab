#!/usr/bin/env python3
"""Posts standard input into a Sotto room, end-to-end encrypted: python3 post.py [EC|RSA] < text

Needs python3-jwcrypto. hook.json, as `sotto hook create` has printed it, lies in the same folder.
"""

import json
import os
import sys
import time
import unicodedata
import urllib.error
import urllib.request
import uuid

from jwcrypto import jwe, jwk, jws

SIGNATURE = {"EC": "ES256", "RSA": "PS256", "OKP": "EdDSA"}

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "hook.json")) as file:
    HOOK = json.load(file)


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
    statement = jws.JWS()
    statement.allowed_algs = ["ES256"]
    statement.deserialize(call("/keys"))
    anchor = jwk.JWK(**statement.jose_header["jwk"])
    if anchor.thumbprint() != HOOK["anchor"]:
        raise SystemExit("these keys are not signed by the anchor of this hook")
    statement.verify(anchor)
    said = json.loads(statement.payload)
    if said["hook"] != HOOK["hook"] or not said["nbf"] - 60 <= time.time() < said["exp"]:
        raise SystemExit("these keys are of another hook or another time")
    return said["keys"]


def seal(text, kind):
    own = jwk.JWK(**HOOK["key"])
    now = int(time.time())
    claims = {"iss": HOOK["hook"], "aud": HOOK["room"], "iat": now, "exp": now + 300}
    claims.update({"jti": str(uuid.uuid4()), "body": text})
    proof = jws.JWS(json.dumps(claims, ensure_ascii=False).encode())
    alg = SIGNATURE[HOOK["key"]["kty"]]
    proof.add_signature(own, alg, json.dumps({"alg": alg, "kid": own.thumbprint(), "typ": "hook+jws"}))
    signed = proof.serialize(compact=True)
    if len(signed) > SIGNED_BYTES_MAX:
        raise SystemExit("with what JSON escapes, this is longer than a post may be: nothing was posted")
    key = next(one for one in newest_keys() if one["kty"] == kind)
    header = {"alg": key["alg"], "enc": "A256GCM", "kid": key["kid"], "typ": "hook+jwe", "cty": "hook+jws"}
    envelope = jwe.JWE(
        signed.encode(), json.dumps(header), algs=[key["alg"], "A256GCM"]
    )
    envelope.add_recipient(jwk.JWK(**{name: key[name] for name in key if name not in ("alg", "use", "kid")}))
    return envelope.serialize(compact=True)


body = seal(text_of(sys.stdin.buffer.read()), sys.argv[1] if len(sys.argv) > 1 else "EC")
print(call(body=body.encode(), headers={"Authorization": "Bearer " + HOOK["token"], "Content-Type": "application/jose"}))
