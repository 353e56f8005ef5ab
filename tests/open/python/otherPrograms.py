"""The flows of other chat programs in plain Python: `python3 otherPrograms.py URL`, with SOTTO_PASSWORD.

REST with requests, sockets with python-socketio, RSA and AES with cryptography; no JOSE library and nothing of Sotto.
Prints a word for each part that went as it should, and stops at the first that did not.
"""

import base64
import json
import os
import queue
import sys
from datetime import datetime, timezone

import requests
import socketio
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

URL = sys.argv[1]
PASSWORD = os.environ["SOTTO_PASSWORD"]
PATIENCE_S = 20
OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


def same(found, expected):
    if found != expected:
        raise AssertionError("%r instead of %r" % (found, expected))


def now():
    return datetime.now(timezone.utc).isoformat()


def b64(data):
    return base64.b64encode(data).decode()


class Person:
    """Registers, logs in, connects, and keeps what is heard by event."""

    def __init__(self, name):
        self.name = name
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
        self.pem = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        body = {"username": name, "password": PASSWORD, "public_key": b64(self.pem)}
        made = requests.post(URL + "/api/register", json=body, timeout=PATIENCE_S)
        same((made.status_code, made.json()["success"]), (201, True))
        login = requests.post(URL + "/api/login", json={"username": name, "password": PASSWORD}, timeout=PATIENCE_S)
        self.token = login.json()["token"]
        self.heard = {}
        self.socket = socketio.Client(reconnection=False)
        self.socket.on("*", lambda event, payload=None: self.of(event).put(payload))
        self.socket.connect(URL, auth={"token": self.token}, transports=["websocket"])
        self.next("connected")

    def of(self, event):
        return self.heard.setdefault(event, queue.Queue())

    def next(self, event):
        return self.of(event).get(timeout=PATIENCE_S)

    def get(self, path):
        answer = requests.get(URL + path, headers={"Authorization": "Bearer " + self.token}, timeout=PATIENCE_S)
        return answer.json()

    def pem_of(self, name):
        return serialization.load_pem_public_key(
            self.get("/api/users/public-key/" + name)["public_key_pem"].encode()
        )


def fields(text, key):
    iv = os.urandom(12)
    return {"encrypted_data": b64(AESGCM(key).encrypt(iv, text.encode(), None)), "iv": b64(iv)}


def opened(sealed, key):
    data, iv = (base64.b64decode(sealed[name]) for name in ("encrypted_data", "iv"))
    return AESGCM(key).decrypt(iv, data, None).decode()


def byte_text(data):
    return json.dumps(list(data))


dora, emil = Person("dora"), Person("emil")
print("registered", flush=True)

chat_key = os.urandom(32)
online = [user["username"] for user in dora.get("/api/users/online?format=object")["users"]]
same([name for name in online if name in ("dora", "emil")], ["dora", "emil"])
entry = b64(dora.pem_of("emil").encrypt(chat_key, OAEP))
away = b64(dora.pem_of("carol").encrypt(chat_key, OAEP))
dora.socket.emit(
    "initiate_chat",
    {"initiator": "dora", "participants": ["emil", "carol"], "keys": {"emil": entry, "carol": away}},
)
chat_id = dora.next("joined_chat")["chat_id"]
same(dora.next("chat_error")["offline_users"], ["carol"])
invitation = emil.next("chat_invitation")
key = emil.key.decrypt(base64.b64decode(invitation["encrypted_key"]), OAEP)
same((invitation["chat_id"], key), (chat_id, chat_key))
print("invited", flush=True)

emil.socket.emit("join_chat", {"chat_id": chat_id, "username": "emil"})
dora.next("user_joined")
message, timestamp = fields("hello: exit, from Python", key), now()
content = json.dumps([chat_id, "emil", timestamp, message], separators=(",", ":"), ensure_ascii=False).encode()
proof = b64(emil.key.sign(content, PSS, hashes.SHA256()))
emil.socket.emit(
    "send_message",
    {
        "chat_id": chat_id,
        "encrypted_message": message,
        "signature": proof,
        "signature_type": "RSA",
        "timestamp": timestamp,
    },
)
got = dora.next("new_message")
dora.pem_of("emil").verify(base64.b64decode(got["signature"]), content, PSS, hashes.SHA256())
same((got["sender"], opened(got["encrypted_message"], chat_key)), ("emil", "hello: exit, from Python"))
print("talked", flush=True)

room_key = os.urandom(32)
dora.socket.call("join_room", {"room": "Python"}, timeout=PATIENCE_S)
room_id = dora.next("joined_room")["room_id"]
emil.socket.call("join_room", {"room": "Python"}, timeout=PATIENCE_S)
request = emil.next("joined_room")["key_request"]
same(emil.socket.call(request["event"], request["payload"], timeout=PATIENCE_S)["asked"], ["dora"])
same(dora.next("key_requested"), {"room_id": room_id, "username": "emil"})
entry = b64(dora.pem_of("emil").encrypt(room_key, OAEP))
same(dora.socket.call("rekey", {"room_id": room_id, "keys": {"emil": entry}}, timeout=PATIENCE_S)["ok"], True)
key = emil.key.decrypt(base64.b64decode(emil.next("rekeyed")["encrypted_key"]), OAEP)
iv = os.urandom(12)
sent = {
    "room_id": room_id,
    "encrypted_content": byte_text(AESGCM(key).encrypt(iv, b"to all", None)),
    "iv": byte_text(iv),
    "timestamp": now(),
}
same(emil.socket.call("send_message", sent, timeout=PATIENCE_S)["ok"], True)
got = dora.next("new_message")
data, iv = (bytes(json.loads(got[name])) for name in ("encrypted_content", "iv"))
same(AESGCM(room_key).decrypt(iv, data, None), b"to all")
answer = emil.socket.call("send_message", dict(sent, timestamp="now"), timeout=PATIENCE_S)
same((answer["code"], answer["field"], answer["success"]), ("PAYLOAD_INVALID", "timestamp", False))
print("room", flush=True)

for event in ("register", "encrypted_message"):
    answer = emil.socket.call(event, {"username": "emil"}, timeout=PATIENCE_S)
    same((answer["code"], bool(answer["instead"])), ("EVENT_REPLACED", True))
print("replaced", flush=True)

ended = requests.post(
    URL + "/api/logout",
    json={},
    headers={"Authorization": "Bearer " + emil.token},
    timeout=PATIENCE_S,
)
same(ended.json(), {"success": True})
dora.socket.disconnect()
print("done", flush=True)
