"""A Socket.IO client that tells in order what came in order."""

import engineio
import socketio


class _Engine(engineio.Client):
    """The library starts a thread for each packet, and threads overtake each other. Handlers must not wait, then."""

    def _trigger_event(self, event, *args, **kwargs):
        kwargs["run_async"] = False
        return super()._trigger_event(event, *args, **kwargs)


class OrderedClient(socketio.Client):
    def _engineio_client_class(self):
        return _Engine
