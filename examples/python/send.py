#!/usr/bin/env python3
"""Sends one text, read from standard input, to one recipient: end to end encrypted and signed.

    SOTTO_PASSWORD=... ./send.py http://localhost:5000 NAME RECIPIENT [--key FILE] < text

Needs python3-socketio and python3-jwcrypto. The private key stays in FILE, by default NAME.key.json.
"""

import argparse
import os
import sys
import unicodedata

import socketio

from envelope import key_file, load_key, public_part, read_public, seal
from lane import log_in, name_of, public_key_of

ACKNOWLEDGED_SECONDS = 30
# Letters and symbols that show nothing.
UNSEEN = "\u115f\u1160\u2800\u3164\uffa0\U00013441\U00013442\U0001d159"


def text_of(data):
    """What can be read by whoever gets it. The server sees nothing of it, so it is looked at before it is sealed."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SystemExit("this is not UTF-8: nothing was sent")
    # The line end that echo and files put behind the last line belongs to no text.
    if text.endswith("\n"):
        text = text[: -2 if text.endswith("\r\n") else -1]
    if "\0" in text or not any(unicodedata.category(one)[0] in "LNPS" and one not in UNSEEN for one in text):
        raise SystemExit("this is no text: nothing was sent")
    return text


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("name", type=name_of)
    parser.add_argument("recipient", type=name_of)
    parser.add_argument("--key", help="file of the private key; NAME.key.json by default")
    parser.add_argument("--kind", default="RSA-3072", help="of a new key: RSA-3072, RSA-4096, P-256")
    parser.add_argument("--enc", default="A256GCM", help="or A256CBC-HS512")
    options = parser.parse_args()

    own_key = load_key(options.key or key_file(options.name), options.kind)
    token = log_in(options.url, options.name, os.environ["SOTTO_PASSWORD"], public_part(own_key))
    text = text_of(sys.stdin.buffer.read())
    recipient_key = read_public(public_key_of(options.url, options.recipient, token))
    envelope = seal(text, options.name, options.recipient, recipient_key, own_key, options.enc)

    client = socketio.Client()
    client.connect(options.url, auth={"token": token}, transports=["websocket"])
    message = {"sender": options.name, "recipient": options.recipient, "encrypted_payload": envelope}
    answer = client.call("message", message, timeout=ACKNOWLEDGED_SECONDS)
    client.disconnect()
    if not answer["ok"]:
        raise SystemExit("%s: %s" % (answer["code"], answer["error"]))


main()
