#!/usr/bin/env python3
"""Posts standard input into a Sotto room, end-to-end encrypted: python3 post.py [EC|RSA] < text

Needs python3-jwcrypto. hook.json, as `sotto hook create` has printed it, lies in the same folder.
"""

import json
import os
import sys
import time
import urllib.request
import uuid

from jwcrypto import jwe, jwk, jws

SIGNATURE = {"EC": "ES256", "RSA": "PS256", "OKP": "EdDSA"}

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "hook.json")) as file:
    HOOK = json.load(file)


def call(path="", body=None, headers=None):
    request = urllib.request.Request(HOOK["url"] + path, data=body, headers=headers or {})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


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
    proof = jws.JWS(json.dumps(claims).encode())
    alg = SIGNATURE[HOOK["key"]["kty"]]
    proof.add_signature(own, alg, json.dumps({"alg": alg, "kid": own.thumbprint(), "typ": "hook+jws"}))
    key = next(one for one in newest_keys() if one["kty"] == kind)
    header = {"alg": key["alg"], "enc": "A256GCM", "kid": key["kid"], "typ": "hook+jwe", "cty": "hook+jws"}
    envelope = jwe.JWE(
        proof.serialize(compact=True).encode(), json.dumps(header), algs=[key["alg"], "A256GCM"]
    )
    envelope.add_recipient(jwk.JWK(**{name: key[name] for name in key if name not in ("alg", "use", "kid")}))
    return envelope.serialize(compact=True)


body = seal(sys.stdin.buffer.read().decode(), sys.argv[1] if len(sys.argv) > 1 else "EC")
print(call(body=body.encode(), headers={"Authorization": "Bearer " + HOOK["token"], "Content-Type": "application/jose"}))
