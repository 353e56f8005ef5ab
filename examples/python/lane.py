"""The REST calls of send.py and receive.py, with what Python has built in."""

import json
import unicodedata
import urllib.error
import urllib.request


def call(url, method, path, body=None, token=None):
    """Status and answer of one call."""
    headers = {"Content-Type": "application/json"} if body is not None else {}
    if token:
        headers["Authorization"] = "Bearer " + token
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url + path, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def name_of(given):
    """The one form of a name: what is signed for "Bob" is refused by "bob"."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", given).lower())


def log_in(url, name, password, public_key):
    """The token of a program account, which is made at the first use."""
    status, answer = call(url, "POST", "/login", {"username": name, "password": password})
    if status == 401:
        body = {"username": name, "password": password, "public_key": public_key}
        status, answer = call(url, "POST", "/register", body)
        if status != 201:
            raise SystemExit("%s: %s" % (answer["code"], answer["error"]))
        status, answer = call(url, "POST", "/login", {"username": name, "password": password})
    if status != 200:
        raise SystemExit("%s: %s" % (answer["code"], answer["error"]))
    # Others seal to the key that the server has: with another one nothing could be read, and nothing would be believed.
    if answer["user"]["public_key"] != public_key:
        raise SystemExit("%s has another key on this server: say with --key which file it is in" % name)
    return answer["token"]


def public_key_of(url, name, token):
    """What the server says is somebody's key. Compare the fingerprint with him before you trust it."""
    status, answer = call(url, "GET", "/api/users/public-key/" + name, token=token)
    if status != 200:
        raise SystemExit("%s: %s" % (answer["code"], answer["error"]))
    return answer["public_key"]
