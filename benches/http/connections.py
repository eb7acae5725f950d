"""Many open connections at once: each asks once, is answered, and stays."""

import selectors
import socket
import time
from dataclasses import dataclass

BATCH = 250
GIVE_UP_S = 60


@dataclass
class Held:
    connections: int
    before_mib: float
    peak_mib: float
    answered_again: int


def hold(side, path, count):
    """Opens `count` connections and asks on each, twice: the second time when all are open."""
    port = int(side.address.rsplit(":", 1)[1])
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {side.key}\r\n\r\n".encode()
    before = peak = side.rss_mib()
    clients, address = [], 1
    try:
        while len(clients) < count:
            batch = []
            for _ in range(min(BATCH, count - len(clients))):
                client = socket.socket()
                # a source address has some 28,000 ports, and those of earlier runs rest for a minute
                client.bind((f"127.0.0.{address % 4 + 2}", 0))
                client.connect(("127.0.0.1", port))
                batch.append(client)
                address += 1
            answered(batch, request)
            clients += batch
            peak = max(peak, side.rss_mib())
        again = sum(answered(clients[start : start + BATCH], request) for start in range(0, count, BATCH))
        peak = max(peak, side.rss_mib())
        return Held(len(clients), before, peak, again)
    finally:
        for client in clients:
            client.close()


def answered(clients, request):
    """Asks on all of them and reads the answers to their end; how many were 200."""
    waiting, good = selectors.DefaultSelector(), 0
    for client in clients:
        client.setblocking(True)
        client.sendall(request)
        client.setblocking(False)
        waiting.register(client, selectors.EVENT_READ, bytearray())
    until = time.monotonic() + GIVE_UP_S
    left = len(clients)
    while left and time.monotonic() < until:
        for key, _ in waiting.select(1):
            chunk = key.fileobj.recv(1 << 18)
            key.data.extend(chunk)
            if not chunk or is_whole(key.data):
                good += key.data.startswith(b"HTTP/1.1 200")
                waiting.unregister(key.fileobj)
                left -= 1
    waiting.close()
    return good


def is_whole(answer):
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = bytes(answer[:end]).lower()
    length = head.split(b"content-length: ")[1].split(b"\r\n")[0]
    return len(answer) >= end + 4 + int(length)
