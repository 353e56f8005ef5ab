#!/usr/bin/env python3
"""Prints what people say in a Sotto room, one JSON object a line, as it comes: python3 read.py [COUNT]

Needs python3-jwcrypto. hook.json, as `sotto hook create --reads` has printed it, lies in the same folder; somebody
runs `sotto hook forward`. What was printed is not kept by the server any more.
"""

import json
import os
import sys
import time
import urllib.request

from jwcrypto import jwe, jwk, jws

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "hook.json")) as file:
    HOOK = json.load(file)
READER = jwk.JWK(**HOOK["reader"])
SECRET = {"Authorization": "Bearer " + HOOK["token"]}


def call(path, body=None, headers=None):
    request = urllib.request.Request(HOOK["url"] + path, data=body, headers=headers or {})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


def anchor():
    """The key that this script knows by its thumbprint."""
    statement = jws.JWS()
    statement.deserialize(call("/keys"))
    key = jwk.JWK(**statement.jose_header["jwk"])
    if key.thumbprint() != HOOK["anchor"]:
        raise SystemExit("these keys are not signed by the anchor of this hook")
    return key


def unseal(envelope, key):
    opened = jwe.JWE(algs=["ECDH-ES+A256KW", "RSA-OAEP-256", "A256GCM"])
    opened.deserialize(envelope, READER)
    proof = jws.JWS()
    proof.allowed_algs = ["ES256"]
    proof.deserialize(opened.payload.decode(), key)
    claims = json.loads(proof.payload)
    if claims["iss"] != HOOK["room"] or claims["aud"] != HOOK["hook"] or claims["exp"] < time.time():
        raise ValueError("signed for something else")
    return claims["body"]


key = anchor()
left = int(sys.argv[1]) if len(sys.argv) > 1 else -1
cursor = 0
while left:
    for message in json.loads(call("/out?after=%d&wait=25" % cursor, headers=SECRET))["messages"][:left if left > 0 else None]:
        print(json.dumps(unseal(message["jwe"], key)), flush=True)
        cursor = message["cursor"]
        left -= 1
    if cursor:
        # Only now is it forgotten: a script that ends in between gets it again.
        call("/out", json.dumps({"upto": cursor}).encode(), {**SECRET, "Content-Type": "application/json"})
