#!/usr/bin/env python3
"""Prints what arrives, one JSON object a line: {"sender", "id", "time", "text"}.

    SOTTO_PASSWORD=... ./receive.py http://localhost:5000 NAME [--key FILE] [--count N]

Needs python3-socketio and python3-jwcrypto. The private key stays in FILE, by default NAME.key.json. A message that is not signed by the key
of its sender, or that was printed before, is not printed.
"""

import argparse
import json
import os
import queue
import sys

from envelope import key_file, load_key, public_part, read_verifying, unseal
from lane import log_in, name_of, public_key_of
from ordered import OrderedClient


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("name", type=name_of)
    parser.add_argument("--key", help="file of the private key; NAME.key.json by default")
    parser.add_argument("--kind", default="RSA-3072", help="of a new key: RSA-3072, RSA-4096, P-256")
    parser.add_argument("--count", type=int, default=0, help="ends after so many; 0 goes on")
    options = parser.parse_args()

    own_key = load_key(options.key or key_file(options.name), options.kind)
    token = log_in(options.url, options.name, os.environ["SOTTO_PASSWORD"], public_part(own_key))

    arrived = queue.Queue()
    client = OrderedClient()
    client.on("message", arrived.put)
    client.connect(options.url, auth={"token": token}, transports=["websocket"])
    print("connected", file=sys.stderr, flush=True)

    seen = set()
    while not options.count or len(seen) < options.count:
        message = arrived.get()
        sender = message["sender"]
        sender_keys = read_verifying(public_key_of(options.url, sender, token))
        try:
            claims = unseal(message["encrypted_payload"], options.name, own_key, sender, sender_keys)
        except Exception as error:
            print("not printed: %s" % type(error).__name__, file=sys.stderr, flush=True)
            continue
        # What is sent again after a connection that broke has the same id.
        if claims["jti"] in seen:
            continue
        seen.add(claims["jti"])
        line = {"sender": sender, "id": claims["jti"], "time": claims["iat"], "text": claims["body"]}
        print(json.dumps(line), flush=True)
    client.disconnect()


main()
