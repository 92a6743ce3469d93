"""What stands before the receiver in the town harness: it passes on, brings to the relay instead, or cuts the line."""

from __future__ import annotations

import random
import socket
import threading
from contextlib import suppress


class CuttingProxy:
    """On a port of the system's choice; vendors and browsers come here."""

    def __init__(self, receiver: int, relay: int, seed: int) -> None:
        self._receiver, self._relay = receiver, relay
        self._dice = random.Random(seed)
        self.cutting = 0.0
        """Share of the connections that are cut: half of them before the request, half before the answer."""
        self.relaying = 0.3
        """Share of the webhooks that take the way over the relay."""
        self.cut = self.relayed = 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._welcome, name="proxy", daemon=True).start()

    def close(self) -> None:
        self._door.close()

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._door.accept()
                threading.Thread(target=self._carry, args=(caller,), daemon=True).start()

    def _carry(self, caller: socket.socket) -> None:
        with caller, suppress(OSError):
            caller.settimeout(20)
            first = caller.recv(65536)
            port = self._receiver
            if first.startswith(b"POST /hooks/") and self._dice.random() < self.relaying:
                port = self._relay
                self.relayed += 1
            cut = self._dice.random() < self.cutting
            self.cut += cut
            if not first or (cut and self._dice.random() < 0.5):
                return
            with socket.create_connection(("127.0.0.1", port), 5) as served:
                served.settimeout(20)
                served.sendall(first)
                threading.Thread(target=_pump, args=(caller, served), daemon=True).start()
                answer = served.recv(65536)
                if cut:
                    return
                caller.sendall(answer)
                _pump(served, caller)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
