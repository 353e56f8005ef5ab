"""Every row of the open lane, asked for over the network by Python: `python3 rows.py URL`.

Prints a line of JSON for each row: what was asked, and what went wrong, or null. Uses Debian's python3-socketio,
python3-jwcrypto and python3-cryptography, and nothing of Sotto.
"""

import base64
import json
import os
import queue
import sys
import threading
import time
import traceback
import urllib.error
import urllib.request

import socketio
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jwcrypto import jwe, jwk, jws

URL = sys.argv[1]
PASSWORD = "a long enough passphrase"
PATIENCE_S = 20

rows = []


def row(name):
    def add(ask):
        rows.append((name, ask))
        return ask

    return add


def same(found, expected):
    if found != expected:
        raise AssertionError("%r instead of %r" % (found, expected))


# What a program in Python does with the network.


def call(method, path, body=None, token=None, headers=None, raw=None):
    """Status, answer and headers of one REST call."""
    sent = dict(headers or {})
    data = raw
    if body is not None:
        data = json.dumps(body).encode()
    if data is not None:
        sent.setdefault("Content-Type", "application/json")
    if token:
        sent["Authorization"] = "Bearer " + token
    request = urllib.request.Request(URL + path, data=data, headers=sent, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read() or b"null"), answer.headers
    except urllib.error.HTTPError as error:
        text = error.read()
        return error.code, json.loads(text) if text.startswith(b"{") else None, error.headers


def refused(answer, status, code):
    found, body, _ = answer
    same((found, body["code"]), (status, code))
    more = ("retry_after_ms", "reason", "field", "instead")
    same(sorted(key for key in body if key not in more), ["code", "error", "message", "success", "timestamp"])
    same(body["timestamp"][-1], "Z")


def register(name, public_key=None):
    body = {"username": name, "password": PASSWORD}
    if public_key is not None:
        body["public_key"] = public_key
    return call("POST", "/register", body)


def log_in(name):
    status, body, _ = call("POST", "/login", {"username": name, "password": PASSWORD})
    same(status, 200)
    return body["token"]


class Program:
    """An account on a socket; what it hears waits in a queue for each event."""

    def __init__(self, name, public_key=None, token=None, transports=("websocket",), auth=True):
        if token is None:
            same(register(name, public_key)[0], 201)
            token = log_in(name)
        self.name, self.token = name, token
        self.heard = {}
        self.gone = threading.Event()
        self.socket = socketio.Client(reconnection=False)
        self.socket.on("*", self.hear)
        self.socket.on("disconnect", lambda *_: self.gone.set())
        given = {"auth": {"token": token}} if auth else {"headers": {"Authorization": "Bearer " + token}}
        self.socket.connect(URL, transports=list(transports), **given)
        self.next("connected")

    def hear(self, event, *payload):
        self.of(event).put(payload[0] if payload else None)

    def of(self, event):
        return self.heard.setdefault(event, queue.Queue())

    def next(self, event):
        try:
            return self.of(event).get(timeout=PATIENCE_S)
        except queue.Empty:
            raise AssertionError("%s heard no %s" % (self.name, event)) from None

    def silent(self, event):
        """That nothing of the kind was heard: asked after something later has been answered."""
        self.ask("join", {"username": self.name})
        same(list(self.of(event).queue), [])

    def ask(self, event, payload):
        answer = self.socket.call(event, payload, timeout=PATIENCE_S)
        if not answer.get("ok"):
            raise AssertionError("%s: %r" % (event, answer))
        return answer

    def forget(self, event):
        while not self.of(event).empty():
            self.of(event).get()

    def refusal(self, event, payload):
        self.forget("error")
        answer = self.socket.call(event, payload, timeout=PATIENCE_S)
        same(answer["ok"], False)
        error = self.next("error")
        same(error["code"], answer["code"])
        same(all(field in error for field in ("error", "message", "code", "timestamp")), True)
        return answer["code"]

    def close(self):
        self.socket.disconnect()

    def leave(self):
        """Closes, and waits until the server says so: a letter of before may still be handed to the socket."""
        self.close()
        until = time.monotonic() + PATIENCE_S
        while '"%s"' % self.name in json.dumps(call("GET", "/api/users/online", token=self.token)[1]):
            if time.monotonic() > until:
                raise AssertionError("%s is there still" % self.name)
            time.sleep(0.05)


# Keys, envelopes and proofs, as jwcrypto and cryptography make them.


def key_of(kind):
    if kind == "P-256":
        return jwk.JWK.generate(kty="EC", crv="P-256")
    return jwk.JWK.generate(kty="RSA", size=int(kind[4:]))


def pem_of(key):
    return key.export_to_pem().decode()


def public_of(key):
    return jwk.JWK(**key.export_public(as_dict=True))


def algorithm_for(key):
    return "RSA-OAEP-256" if key["kty"] == "RSA" else "ECDH-ES+A256KW"


def sealed(text, key, enc="A256GCM"):
    header = {"alg": algorithm_for(key), "enc": enc}
    box = jwe.JWE(text.encode(), json.dumps(header, separators=(",", ":")), recipient=public_of(key))
    return box.serialize(compact=True)


def opened(text, key):
    box = jwe.JWE(algs=["RSA-OAEP-256", "ECDH-ES+A256KW", "A256GCM", "A256CBC-HS512"])
    box.deserialize(text if isinstance(text, str) else json.dumps(text), key)
    return box.payload.decode()


SIGNERS = {
    "PS256": lambda: jwk.JWK.generate(kty="RSA", size=3072),
    "ES256": lambda: jwk.JWK.generate(kty="EC", crv="P-256"),
    "EdDSA": lambda: jwk.JWK.generate(kty="OKP", crv="Ed25519"),
}


def signed(claims, key, alg):
    proof = jws.JWS(json.dumps(claims).encode())
    proof.add_signature(key, alg=alg, protected=json.dumps({"alg": alg}, separators=(",", ":")))
    return proof.serialize(compact=True)


def detached(content, key, alg):
    proof = jws.JWS(content.encode())
    proof.add_signature(key, alg=alg, protected=json.dumps({"alg": alg}, separators=(",", ":")))
    header, _, signature = proof.serialize(compact=True).split(".")
    return header + ".." + signature


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def verified(text, key, alg):
    proof = jws.JWS()
    proof.allowed_algs = [alg]
    proof.deserialize(text, key)
    return json.loads(proof.payload)


def without_jose(text, key):
    content_key, iv = AESGCM.generate_key(256), os.urandom(12)
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    parts = {
        "encrypted_data": AESGCM(content_key).encrypt(iv, text.encode(), None),
        "encrypted_key": key.get_op_key("wrapKey").encrypt(content_key, oaep),
        "iv": iv,
    }
    return {name: base64.b64encode(part).decode() for name, part in parts.items()}


def digest(*parts):
    made = hashes.Hash(hashes.SHA256())
    for part in parts:
        made.update(part)
    return made.finalize().hex()


def room_content(room_id, text, key, iv=None):
    iv = iv or os.urandom(12)
    data = AESGCM(key).encrypt(iv, text.encode(), None)
    return {
        "room_id": room_id,
        "encrypted_content": json.dumps(list(data)),
        "iv": json.dumps(list(iv)),
        "message_hash": digest(iv, data),
    }


def room_text(message, key):
    iv, data = (bytes(json.loads(message[field])) for field in ("iv", "encrypted_content"))
    return AESGCM(key).decrypt(iv, data, None).decode()


def chat_message(chat_id, key, **changes):
    box = jwe.JWE(b"in the chat", '{"alg":"dir","enc":"A256GCM"}', recipient=jwk.JWK(kty="oct", k=key))
    message = {
        "chat_id": chat_id,
        "encrypted_message": box.serialize(compact=True),
        "signature": detached("", ES256, "ES256"),
        "signature_type": "ECDSA",
        "timestamp": now(),
    }
    message.update(changes)
    return message


RSA, EC = key_of("RSA-3072"), key_of("P-256")
ES256 = SIGNERS["ES256"]()
alice = Program("pyalice", pem_of(RSA))
bob = Program("pybob", pem_of(EC))
eve = Program("pyeve")


# The first two.


@row("the key that is served is the key that was uploaded")
def _():
    for name, key in (("pyalice", RSA), ("pybob", EC)):
        _, body, _ = call("GET", "/api/users/public-key/" + name, token=eve.token)
        same(body["public_key"], pem_of(key))


@row("the payload that comes out is the payload that went in")
def _():
    payload = sealed("hello", EC)
    alice.ask("message", {"sender": "pyalice", "recipient": "pybob", "encrypted_payload": payload})
    same(bob.next("message"), {"sender": "pyalice", "encrypted_payload": payload})
    same(opened(payload, EC), "hello")


# Transport.


@row("over polling and websocket, with a token in auth or in a header, one is connected")
def _():
    for transport in ("polling", "websocket"):
        for auth in (True, False):
            Program("pyalice", token=alice.token, transports=[transport], auth=auth).close()


@row("without a session: connect_error, UNAUTHORIZED")
def _():
    told = queue.Queue()
    socket = socketio.Client(reconnection=False)
    socket.on("connect_error", told.put)
    try:
        socket.connect(URL, auth={"token": "none"}, transports=["websocket"])
        raise AssertionError("was let in")
    except socketio.exceptions.ConnectionError:
        pass
    data = told.get(timeout=PATIENCE_S)
    data = data.get("data", data)
    same((data["code"], sorted(data)), ("UNAUTHORIZED", ["code", "error", "message", "success", "timestamp"]))


@row("with the cookie of the log-in one is connected")
def _():
    _, _, headers = call("POST", "/login", {"username": "pyalice", "password": PASSWORD})
    cookie = headers["Set-Cookie"].split(";")[0]
    same(call("GET", "/api/me", headers={"Cookie": cookie})[0], 200)
    heard = queue.Queue()
    socket = socketio.Client(reconnection=False)
    socket.on("connected", heard.put)
    socket.connect(URL, headers={"Cookie": cookie}, transports=["websocket"])
    same("message" in heard.get(timeout=PATIENCE_S), True)
    socket.disconnect()


@row("a foreign origin is refused, none is not; what is not JSON is refused")
def _():
    headers = {"Origin": "https://evil.example"}
    same(call("GET", "/api/me", token=alice.token, headers=headers)[0], 403)
    same(call("GET", "/api/me", token=alice.token)[0], 200)
    headers = {"Content-Type": "text/plain"}
    same(call("POST", "/login", headers=headers, raw=b'{"username":"a","password":"b"}')[0], 415)


# REST.


@row("POST /register: 201 and the key as it came; WEAK_PASSWORD, KEY_INVALID, USERNAME_TAKEN")
def _():
    status, body, _ = register("pycarol", pem_of(EC))
    same((status, body["success"], body["public_key"]), (201, True, pem_of(EC)))
    status, body, _ = register("pydave")
    same((status, "public_key" in body), (201, False))
    refused(call("POST", "/register", {"username": "pyweak", "password": "short"}), 400, "WEAK_PASSWORD")
    for key in ("nonsense", pem_of(jwk.JWK.generate(kty="RSA", size=1024)), pem_of(SIGNERS["EdDSA"]())):
        refused(register("pyweak", key), 400, "KEY_INVALID")
    refused(register("pyweak", RSA.export_to_pem(True, None).decode()), 400, "KEY_INVALID")
    refused(register("pycarol"), 409, "USERNAME_TAKEN")


@row("POST /login: a token, the key, a cookie; the same 401 for a wrong password and for nobody")
def _():
    status, body, headers = call("POST", "/login", {"username": "pybob", "password": PASSWORD})
    same((status, body["success"]), (200, True))
    same(body["user"], {"username": "pybob", "public_key": pem_of(EC), "public_key_pem": pem_of(EC)})
    same("HttpOnly" in headers["Set-Cookie"], True)
    answers = []
    for name in ("pybob", "pynobody"):
        answer = call("POST", "/login", {"username": name, "password": "wrong passphrase"})
        refused(answer, 401, "INVALID_CREDENTIALS")
        answers.append({key: value for key, value in answer[1].items() if key != "timestamp"})
    same(answers[0], answers[1])


@row("POST /login, too often: 429 with Retry-After, and others behind the address get in")
def _():
    same(register("pyguessed")[0], 201)
    for _ in range(100):
        answer = call("POST", "/login", {"username": "pyguessed", "password": "wrong passphrase"})
        if answer[0] == 429:
            break
    refused(answer, 429, "RATE_LIMITED")
    same(int(answer[2]["Retry-After"]) > 0, True)
    log_in("pybob")


@row("POST /logout ends token and sockets; GET /logout changes nothing")
def _():
    there = Program("pyleaver")
    call("GET", "/logout", token=there.token)
    same(call("GET", "/api/me", token=there.token)[0], 200)
    same(call("POST", "/logout", {}, token=there.token)[0], 200)
    refused(call("GET", "/api/me", token=there.token), 401, "UNAUTHORIZED")
    same(there.gone.wait(PATIENCE_S), True)


@row("GET /api/me, /api/users/online, /users, /api/users/public-key: for a session, and 404 for nobody")
def _():
    for path in ("/api/me", "/api/users/online", "/users", "/api/users/public-key/pybob", "/api/rooms"):
        refused(call("GET", path), 401, "UNAUTHORIZED")
        same(call("GET", path, token=alice.token)[0], 200)
    status, body, _ = call("GET", "/api/users/public-key/pybob", token=alice.token)
    same(body["fingerprint"], public_of(EC).thumbprint())
    refused(call("GET", "/api/users/public-key/pynobody", token=alice.token), 404, "USER_NOT_FOUND")


@row("who hides his presence is not told to be online")
def _():
    hidden = Program("pyhidden")
    names = lambda: json.dumps(call("GET", "/api/users/online", token=alice.token)[1])
    same("pyhidden" in names(), True)
    same(call("PUT", "/api/me/presence", {"presence": "hidden"}, token=hidden.token)[0], 200)
    same("pyhidden" in names(), False)
    hidden.close()


@row("POST /api/rooms and GET /api/rooms: made once, shown to whoever may see them")
def _():
    status, body, _ = call("POST", "/api/rooms", {"name": "pyroom", "description": "d"}, token=alice.token)
    same((status, body["success"]), (201, True))
    call("POST", "/api/rooms", {"name": "pysecret", "is_private": True}, token=alice.token)
    refused(call("POST", "/api/rooms", {}, token=alice.token), 400, "NAME_REQUIRED")
    refused(call("POST", "/api/rooms", {"name": "pyroom"}, token=bob.token), 409, "ROOM_EXISTS")
    seen = {one["name"]: one for one in call("GET", "/api/rooms", token=eve.token)[1]}
    same("pysecret" in seen, False)
    fields = ["created_at", "created_by", "description", "id", "is_private", "name"]
    same([key for key in sorted(seen["pyroom"]) if key in fields], fields)
    same(seen["pyroom"]["kind"], "classic")
    same((seen["pyroom"]["id"], seen["pyroom"]["created_by"]), (body["room_id"], "pyalice"))


# Classic rooms.

ROOM_KEY = AESGCM.generate_key(256)


@row("join_room by name and by id: joined_room, then room_history; unknown and forbidden look alike")
def _():
    room_id = alice.ask("join_room", {"room": "PyGeneral"})["room_id"]
    joined = alice.next("joined_room")
    same((joined["room_id"], joined["room_name"], "message" in joined), (room_id, "PyGeneral", True))
    same(alice.next("room_history"), {"room_id": room_id, "messages": []})
    bob.ask("join_room", {"room_id": room_id})
    same(bob.next("joined_room")["room_id"], room_id)
    secret = [one for one in call("GET", "/api/rooms", token=alice.token)[1] if one["name"] == "pysecret"]
    same(eve.refusal("join_room", {"room_id": secret[0]["id"]}), "ROOM_NOT_FOUND")
    same(eve.refusal("join_room", {"room_id": 999999}), "ROOM_NOT_FOUND")


@row("send_message to a room: everybody in it, byte for byte, with a rising id; an acknowledgement")
def _():
    room_id = alice.ask("join_room", {"room": "PyGeneral"})["room_id"]
    last = 0
    for text in ("one", "exit", 'a: "b"', "é🙂", "z" * 16 * 1024):
        sent = room_content(room_id, text, ROOM_KEY)
        ack = alice.ask("send_message", sent)
        for there in (alice, bob):
            message = there.next("new_message")
            same({key: message[key] for key in sent}, sent)
            same((message["username"], message["sender"], message["id"]), ("pyalice", "pyalice", ack["id"]))
            same(room_text(message, ROOM_KEY), text)
        same(ack["id"] > last, True)
        last = ack["id"]


@row("room_history: fifty at most, oldest first, and more on request")
def _():
    room_id = alice.ask("join_room", {"room": "PyHistory"})["room_id"]
    ids = [alice.ask("send_message", room_content(room_id, str(at), ROOM_KEY))["id"] for at in range(60)]
    late = Program("pylate")
    late.ask("join_room", {"room_id": room_id})
    messages = late.next("room_history")["messages"]
    same([one["id"] for one in messages], ids[10:])
    late.ask("join_room", {"room_id": room_id, "before": ids[10], "limit": 5})
    same([one["id"] for one in late.next("room_history")["messages"]], ids[5:10])
    late.close()


@row("leave_room: left_room, and afterwards nothing is heard and nothing is taken")
def _():
    room_id = bob.ask("join_room", {"room": "PyGeneral"})["room_id"]
    bob.ask("leave_room", {"room_id": room_id})
    same(bob.next("left_room")["room_id"], room_id)
    alice.ask("send_message", room_content(room_id, "without him", ROOM_KEY))
    bob.silent("new_message")
    same(bob.refusal("send_message", room_content(room_id, "his", ROOM_KEY)), "NOT_MEMBER")


# Mailboxes.


@row("message: every key, cipher and signature arrives as it was, and opens")
def _():
    proofs = {alg: make() for alg, make in SIGNERS.items()}
    for kind in ("RSA-3072", "RSA-4096", "P-256"):
        key = key_of(kind)
        name = "pyto-" + kind.lower()
        there = Program(name, pem_of(key))
        for enc in ("A256GCM", "A256CBC-HS512"):
            for alg, own in proofs.items():
                claims = {"iss": "pyalice", "aud": name, "iat": 1, "jti": enc + alg, "body": "a: \"b\""}
                payload = sealed(signed(claims, own, alg), key, enc)
                alice.ask("message", {"recipient": name, "encrypted_payload": payload})
                heard = there.next("message")["encrypted_payload"]
                same(heard, payload)
                same(verified(opened(heard, key), public_of(own), alg), claims)
        there.close()


@row("message: the fields of an envelope, and JWE in JSON, arrive deep-equal")
def _():
    box = jwe.JWE(b"flat", recipient=public_of(EC), protected='{"alg":"ECDH-ES+A256KW","enc":"A256GCM"}')
    flat = json.loads(box.serialize())
    general = jwe.JWE(b"general", '{"enc":"A256GCM"}')
    for key in (RSA, EC):
        general.add_recipient(public_of(key), header=json.dumps({"alg": algorithm_for(key)}))
    for payload in (flat, json.loads(general.serialize()), without_jose("fields", RSA)):
        alice.ask("message", {"recipient": "pybob", "encrypted_payload": payload})
        same(bob.next("message")["encrypted_payload"], payload)


@row("message to who is away: once, in order, later; to nobody: an error")
def _():
    away = Program("pyaway")
    away.leave()
    payloads = [sealed("%d: \"exit\"" % at, EC) for at in range(20)]
    for payload in payloads:
        alice.ask("message", {"recipient": "pyaway", "encrypted_payload": payload})
    back = Program("pyaway", token=away.token)
    same([back.next("message")["encrypted_payload"] for _ in payloads], payloads)
    back.silent("message")
    back.close()
    again = Program("pyaway", token=away.token)
    again.silent("message")
    again.close()
    asked = {"recipient": "pynobody", "encrypted_payload": payloads[0]}
    same(alice.refusal("message", asked), "USER_NOT_FOUND")


@row("a burst of 200 from ten clients arrives whole and in order, also to who is away")
def _():
    there, away = Program("pyburst"), Program("pyburst-away")
    away.leave()
    senders = [Program("pysender%d" % at) for at in range(10)]

    def send(at, own):
        for count in range(20):
            for recipient in ("pyburst", "pyburst-away"):
                payload = sealed("%d %d" % (at, count), EC)
                own.ask("message", {"recipient": recipient, "encrypted_payload": payload})

    threads = [threading.Thread(target=send, args=one) for one in enumerate(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    back = Program("pyburst-away", token=away.token)
    for hearer in (there, back):
        heard = [opened(hearer.next("message")["encrypted_payload"], EC) for _ in range(200)]
        hearer.silent("message")
        for at in range(10):
            of = [text for text in heard if text.startswith("%d " % at)]
            same(of, ["%d %d" % (at, count) for count in range(20)])
    for one in (there, back, *senders):
        one.close()


# Presence.


@row("join, leave, user_login: the others hear of it, in one's own name only")
def _():
    for event, heard in (("join", "user_joined"), ("leave", "user_left"), ("user_login", "user_online")):
        own = Program("py" + event.replace("_", ""))
        for one in (bob, own):
            one.ask("join_room", {"room": "Presence"})
        # What a log-in or its end has told already.
        bob.forget(heard)
        own.ask(event, {"username": own.name})
        same(bob.next(heard)["username"], own.name)
        same(own.refusal(event, {"username": "pybob"}), "IDENTITY_MISMATCH")
        own.close()
        while bob.next("user_offline")["username"] != own.name:
            pass


# Chats.

CHAT_KEY = jwk.JWK.generate(kty="oct", size=256)["k"]


@row("initiate_chat: each gets his own entry only; without keys CLIENT_KEY_REQUIRED; who is away is listed or queued")
def _():
    carol_token = log_in("pycarol")
    keys = {"pybob": sealed(CHAT_KEY, EC), "pycarol": sealed(CHAT_KEY, EC)}
    asked = {"initiator": "pyalice", "participants": ["pybob", "pycarol"], "keys": keys}
    answer = alice.ask("initiate_chat", asked)
    same(answer["offline"], ["pycarol"])
    told = alice.next("chat_error")
    same((told["code"], told["offline_users"]), ("USERS_OFFLINE", ["pycarol"]))
    invitation = bob.next("chat_invitation")
    same(sorted(invitation), ["chat_id", "encrypted_key", "initiator", "participants"])
    same((invitation["chat_id"], invitation["initiator"]), (answer["chat_id"], "pyalice"))
    same(opened(invitation["encrypted_key"], EC), CHAT_KEY)
    queued = alice.ask("initiate_chat", dict(asked, queue=True))
    carol = Program("pycarol", token=carol_token)
    later = carol.next("chat_invitation")
    same((later["chat_id"], later["encrypted_key"]), (queued["chat_id"], keys["pycarol"]))
    carol.close()
    bob.next("chat_invitation")
    del asked["keys"]
    same(alice.socket.call("initiate_chat", asked)["code"], "CLIENT_KEY_REQUIRED")
    same(alice.next("chat_error")["code"], "CLIENT_KEY_REQUIRED")


@row("initiate_chat with one general JWE: everybody gets what only he can open")
def _():
    box = jwe.JWE(CHAT_KEY.encode(), '{"enc":"A256GCM"}')
    box.add_recipient(public_of(EC), header='{"alg":"ECDH-ES+A256KW","kid":"pybob"}')
    box.add_recipient(public_of(RSA), header='{"alg":"RSA-OAEP-256","kid":"pyalice"}')
    asked = {"participants": ["pybob"], "keys": json.loads(box.serialize())}
    alice.ask("initiate_chat", asked)
    same(opened(bob.next("chat_invitation")["encrypted_key"], EC), CHAT_KEY)


@row("join_chat, send_message, leave_chat: participants and nobody else, and a new key when one leaves")
def _():
    keys = {"pybob": sealed(CHAT_KEY, EC)}
    chat_id = alice.ask("initiate_chat", {"participants": ["pybob"], "keys": keys})["chat_id"]
    bob.next("chat_invitation")
    bob.ask("join_chat", {"chat_id": chat_id, "username": "pybob"})
    same(eve.refusal("join_chat", {"chat_id": chat_id}), "CHAT_NOT_FOUND")
    same(bob.refusal("join_chat", {"chat_id": chat_id, "username": "pyalice"}), "IDENTITY_MISMATCH")
    for there in (alice, bob):
        there.forget("new_message")
    sent = chat_message(chat_id, CHAT_KEY)
    alice.ask("send_message", sent)
    for there in (alice, bob):
        message = there.next("new_message")
        same({key: message[key] for key in sent}, sent)
        same(message["sender"], "pyalice")
    same(eve.refusal("send_message", chat_message(chat_id, CHAT_KEY)), "CHAT_NOT_FOUND")
    for field in ("encrypted_message", "signature", "signature_type", "timestamp"):
        part = {key: value for key, value in sent.items() if key != field}
        same(alice.refusal("send_message", part), "PAYLOAD_INVALID")
    same(eve.refusal("leave_chat", {"chat_id": chat_id}), "CHAT_NOT_FOUND")
    alice.forget("rekey_required")
    bob.ask("leave_chat", {"chat_id": chat_id})
    same(alice.next("rekey_required")["chat_id"], chat_id)
    same(bob.refusal("send_message", chat_message(chat_id, CHAT_KEY)), "CHAT_NOT_FOUND")


@row("send_message in a chat: every form of message and signature arrives, every other is refused")
def _():
    keys = {"pybob": sealed(CHAT_KEY, EC)}
    chat_id = alice.ask("initiate_chat", {"participants": ["pybob"], "keys": keys})["chat_id"]
    iv, key = os.urandom(12), jwe.base64url_decode(CHAT_KEY)
    data = AESGCM(key).encrypt(iv, b"in the chat", None)
    standard = lambda part: base64.b64encode(part).decode()
    fields = {"encrypted_data": standard(data), "iv": standard(iv)}
    messages = [
        chat_message(chat_id, CHAT_KEY)["encrypted_message"],
        fields,
        json.dumps(fields),
        standard(iv + data),
        base64.urlsafe_b64encode(iv + data).rstrip(b"=").decode(),
    ]
    for message in messages:
        stamp = now()
        content = json.dumps([chat_id, "pyalice", stamp, message], separators=(",", ":"), ensure_ascii=False)
        proof = jws.JWS(content.encode())
        proof.add_signature(ES256, alg="ES256", protected='{"alg":"ES256"}')
        whole = proof.serialize(compact=True)
        for signature in (whole, detached(content, ES256, "ES256"), standard(os.urandom(64))):
            sent = chat_message(chat_id, CHAT_KEY, encrypted_message=message, signature=signature, timestamp=stamp)
            bob.forget("new_message")
            alice.ask("send_message", sent)
            heard = bob.next("new_message")
            same({name: heard[name] for name in sent}, sent)
    wrong = [
        ({"encrypted_message": {"text": "in the clear"}}, "PLAINTEXT_REFUSED"),
        ({"encrypted_message": dict(fields, more=1)}, "PAYLOAD_INVALID"),
        ({"encrypted_message": standard(iv)}, "UNAUTHENTICATED_ENCRYPTION"),
        ({"encrypted_message": [standard(iv), standard(data)]}, "PAYLOAD_INVALID"),
        ({"signature": signed({"chat_id": chat_id}, ES256, "ES256")}, "PAYLOAD_INVALID"),
        ({"signature_type": "RS256"}, "ALG_WITHDRAWN"),
        ({"timestamp": "yesterday"}, "PAYLOAD_INVALID"),
        ({"timestamp": time.time()}, "PAYLOAD_INVALID"),
        ({"timestamp": "2026-01-01T00:00:00Z"}, "PAYLOAD_INVALID"),
    ]
    for changes, code in wrong:
        same(alice.refusal("send_message", chat_message(chat_id, CHAT_KEY, **changes)), code)


@row("keys that contradict themselves, and new RSA keys that are short: KEY_INVALID")
def _():
    ec, rsa = json.loads(EC.export_public()), json.loads(RSA.export_public())
    even = jwe.base64url_encode(jwe.base64url_decode(rsa["n"])[:-1] + b"\x00")
    wrong = [
        dict(ec, alg="HS256"),
        dict(ec, alg="ES256", use="enc"),
        dict(ec, key_ops=["verify", "verify"]),
        dict(ec, use="sig"),
        dict(rsa, alg="PS512"),
        dict(rsa, n=even),
        dict(rsa, e="AQAA"),
        json.loads(key_of("RSA-2048").export_public()),
        json.loads(EC.export_private()),
    ]
    for key in wrong:
        for uploaded in (key, json.dumps(key), {"keys": [key]}):
            refused(register("pywrong", uploaded), 400, "KEY_INVALID")


# What is refused, with its code.


def to_bob(payload):
    return alice.refusal("message", {"recipient": "pybob", "encrypted_payload": payload})


def with_header(header):
    text = json.dumps(header, separators=(",", ":")).encode()
    return ".".join([jwe.base64url_encode(text), *sealed("x", EC).split(".")[1:]])


@row("PLAINTEXT_REFUSED, UNAUTHENTICATED_ENCRYPTION, MESSAGE_HASH_PLAINTEXT, IV_REUSED")
def _():
    room_id = alice.ask("join_room", {"room": "PyRefusals"})["room_id"]
    same(alice.refusal("send_message", {"message": "in the clear"}), "PLAINTEXT_REFUSED")
    same(alice.refusal("message", {"recipient": "pybob", "message": "clear"}), "PLAINTEXT_REFUSED")
    bad = dict(room_content(room_id, "x", ROOM_KEY), iv=json.dumps(list(os.urandom(16))), message_hash="")
    same(alice.refusal("send_message", bad), "UNAUTHENTICATED_ENCRYPTION")
    bad = dict(room_content(room_id, "x", ROOM_KEY), message_hash=digest(b"x"))
    same(alice.refusal("send_message", bad), "MESSAGE_HASH_PLAINTEXT")
    iv = os.urandom(12)
    alice.ask("send_message", room_content(room_id, "x", ROOM_KEY, iv))
    same(alice.refusal("send_message", room_content(room_id, "y", ROOM_KEY, iv)), "IV_REUSED")


@row("ALG_WITHDRAWN, PAYLOAD_INVALID, PAYLOAD_TOO_LARGE, GONE, IDENTITY_MISMATCH")
def _():
    for alg in ("RSA1_5", "none"):
        same(to_bob(with_header({"alg": alg, "enc": "A256GCM"})), "ALG_WITHDRAWN")
    pem = dsa.generate_private_key(2048).public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    refused(register("pydsa", pem.decode()), 400, "ALG_WITHDRAWN")
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}
    for more in ({"zip": "DEF"}, {"crit": ["exp"], "exp": 1}, {"jku": "https://evil.example"}, {"jwk": {}}):
        same(to_bob(with_header(dict(header, **more))), "PAYLOAD_INVALID")
    same(to_bob(sealed("x", EC) + "="), "PAYLOAD_INVALID")
    head, *rest = sealed("x", EC).split(".")
    rest[2] = "A" * 120_000
    same(to_bob(".".join([head, *rest])), "PAYLOAD_TOO_LARGE")
    refused(call("GET", "/api/me", headers={"Cookie": "username=pybob"}), 410, "GONE")
    payload = {"sender": "pybob", "recipient": "pybob", "encrypted_payload": sealed("x", EC)}
    same(alice.refusal("message", payload), "IDENTITY_MISMATCH")


@row("no private key in any answer")
def _():
    for path in ("/api/me", "/users", "/api/users/online", "/api/users/public-key/pyalice", "/api/rooms"):
        text = json.dumps(call("GET", path, token=alice.token)[1])
        for word in ("private_key", "server_public_key", "PRIVATE KEY", '"d":'):
            same(word in text, False)


def main():
    for name, ask in rows:
        wrong = None
        try:
            ask()
        except Exception:
            wrong = traceback.format_exc(limit=4)
        print(json.dumps({"row": name, "wrong": wrong}), flush=True)
    # Threads of open sockets would wait for more.
    os._exit(0)


main()
