"""The two old terminal programs, a sender and a receiver, as anybody would have written them: RSA-2048, AES-CBC, no token.

    old.py receiver ADDRESS NAME [base64]
    old.py sender ADDRESS NAME RECIPIENT [base64] < lines
"""

import base64
import os
import sys

import requests
import socketio
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

OAEP = rsa_padding.OAEP(mgf=rsa_padding.MGF1(algorithm=hashes.SHA256()), algorithm=hashes.SHA256(), label=None)

role, SERVER, username, *rest = sys.argv[1:]
private_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def encoded(pem):
    return base64.b64encode(pem.encode()).decode() if "base64" in rest else pem


def decoded(key):
    return base64.b64decode(key) if "base64" in rest else key.encode()


def register():
    pem = private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    body = {"username": username, "public_key": encoded(pem.decode())}
    answer = requests.post(f"{SERVER}/register", json=body)
    answer.raise_for_status()


def encrypt(text, public_key):
    key, iv = os.urandom(32), os.urandom(16)
    padder = padding.PKCS7(128).padder()
    padded = padder.update(text.encode()) + padder.finalize()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    data = encryptor.update(padded) + encryptor.finalize()
    fields = {"encrypted_data": data, "encrypted_key": public_key.encrypt(key, OAEP), "iv": iv}
    return {name: base64.b64encode(value).decode() for name, value in fields.items()}


def decrypt(payload):
    fields = {name: base64.b64decode(value) for name, value in payload.items()}
    key = private_key.decrypt(fields["encrypted_key"], OAEP)
    decryptor = Cipher(algorithms.AES(key), modes.CBC(fields["iv"])).decryptor()
    padded = decryptor.update(fields["encrypted_data"]) + decryptor.finalize()
    unpadder = padding.PKCS7(128).unpadder()
    return (unpadder.update(padded) + unpadder.finalize()).decode()


sio = socketio.Client(reconnection=False)


def on_message(data):
    print(f"{data['sender']}: {decrypt(data['encrypted_payload'])}", flush=True)


def on_error(data):
    print(f"error: {data['message']}", flush=True)


sio.on("message", on_message)
sio.on("error", on_error)
register()
sio.connect(SERVER)

if role == "receiver":
    sio.call("join", {"username": username})
    print("waiting for messages", flush=True)
    sio.wait()
else:
    recipient = rest[0]
    users = requests.get(f"{SERVER}/users").json()
    key = serialization.load_pem_public_key(decoded(users[recipient]))
    for line in sys.stdin:
        payload = encrypt(line.rstrip("\n"), key)
        sio.call("message", {"sender": username, "recipient": recipient, "encrypted_payload": payload})
    sio.disconnect()
