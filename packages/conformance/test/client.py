"""A client in Python, with nothing but python3-socketio and the standard library: does what lines of JSON ask for."""

import json
import sys
import threading
import urllib.error
import urllib.request

import engineio
import socketio

writing = threading.Lock()
sockets = {}


def say(value):
    with writing:
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args):
        return None


opener = urllib.request.build_opener(NoRedirect)


def rest(order):
    body = order.get("body")
    request = urllib.request.Request(
        order["url"],
        data=body.encode() if body is not None else None,
        headers=order["headers"],
        method=order["method"],
    )
    if body is not None and not any(name.lower() == "content-type" for name in order["headers"]):
        request.add_unredirected_header("Content-Type", "application/octet-stream")
    try:
        answer = opener.open(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        say(
            {
                "id": order["id"],
                "status": answer.status,
                "headers": answer.headers.items(),
                "text": answer.read().decode(),
            }
        )


class Engine(engineio.Client):
    """The library starts a thread for each packet, and threads overtake each other."""

    def _trigger_event(self, event, *args, **kwargs):
        kwargs["run_async"] = False
        return super()._trigger_event(event, *args, **kwargs)


class OrderedClient(socketio.Client):
    def _engineio_client_class(self):
        return Engine


def connect(order):
    name = order["socket"]
    client = OrderedClient(reconnection=False)
    sockets[name] = client
    refusal = []
    client.on("connect_error", lambda data=None: refusal.append(data))
    client.on("disconnect", lambda: say({"socket": name, "dropped": True}))
    client.on("*", lambda event, payload=None: say({"socket": name, "event": event, "payload": payload}))
    try:
        client.connect(order["url"], auth=order["auth"], headers=order["headers"], transports=order["transports"])
        say({"id": order["id"], "connected": True})
    except socketio.exceptions.ConnectionError:
        data = refusal[0] if refusal and isinstance(refusal[0], dict) else None
        # The library gives what the server attached, or the whole of what it said.
        say({"id": order["id"], "connected": False, "data": data.get("data", data) if data else None})


def emit(order):
    client = sockets[order["socket"]]
    client.emit(order["event"], order.get("payload"), callback=lambda answer=None: say({"id": order["id"], "answer": answer}))


def close(order):
    sockets[order["socket"]].disconnect()


orders = {"rest": rest, "connect": connect, "emit": emit, "close": close}


def run(order):
    try:
        orders[order["do"]](order)
    except Exception as error:
        say({"id": order.get("id"), "failed": "%s: %s" % (type(error).__name__, error)})


for line in sys.stdin:
    order = json.loads(line)
    # What is emitted keeps its order; what waits for an answer waits aside.
    if order["do"] == "emit":
        run(order)
    else:
        threading.Thread(target=run, args=(order,), daemon=True).start()
