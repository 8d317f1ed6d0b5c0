"""Delivery of events over sockets, and the memory of idle ones."""

import base64
import json
import os
import resource
import selectors
import socket
import statistics
import struct
import sys
import threading
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

from . import load, report, servers
from .databases import KINDS, seeded
from .footprint import resident
from .population import Population
from .settings import BenchError

PAIRS = 40  # conversations, each with a sender and a reader
SENDERS = 4  # threads
IDLE_SOCKETS = 5_000
SOCKETS_PER_USER = 10
REDIS_URL = os.environ.get("BENCH_REDIS_URL", "redis://127.0.0.1:6379")


def main(options):
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    population = Population(options.users, options.tutors, options.follows, options.celebrity)
    print("seeding", file=sys.stderr)
    database = seeded(options.binary, KINDS[options.database]("astegni_bench"), population)
    rows = [delivery("one process", options, database, population, replicas=1)]
    if options.database == "postgres":
        rows.append(delivery("two processes", options, database, population, replicas=2))
        rows.append(delivery("two processes, Redis", options, database, population, replicas=2, redis=REDIS_URL))
    memory = idle(options, database, population)
    publish(options, population, rows, memory)


class Socket:
    """The client's end of a WebSocket, as far as text frames of the server go (RFC 6455)."""

    def __init__(self, url, token):
        parts = urlsplit(url)
        ticket = servers.call(f"{url}/api/v1/ws/ticket", "POST", {}, token)["ticket"]
        self.stream = socket.create_connection((parts.hostname, parts.port), timeout=30)
        key = base64.b64encode(os.urandom(16)).decode()
        self.stream.sendall(f"GET /api/v1/ws?ticket={ticket} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
                            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.stream.recv(4096)
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise BenchError(f"no socket: {head[:200]!r}")

    def frames(self):
        """Returns the text frames that have arrived, and answers pings."""
        while len(self.buffer) >= 2:
            opcode, length, start = self.buffer[0] & 15, self.buffer[1] & 127, 2
            if length >= 126:
                size = 2 if length == 126 else 8
                if len(self.buffer) < start + size:
                    return
                length = int.from_bytes(self.buffer[start:start + size], "big")
                start += size
            if len(self.buffer) < start + length:
                return
            payload, self.buffer = self.buffer[start:start + length], self.buffer[start + length:]
            if opcode == 9:
                self.stream.sendall(struct.pack("!BBI", 0x8A, 0x80 | len(payload), 0) + payload)
            elif opcode == 8:
                raise BenchError(f"the server has closed a socket: {payload!r}")
            elif opcode == 1:
                yield json.loads(payload)


def delivery(name, options, database, population, replicas, redis=None):
    """Measures the time from sending a message to its arrival at the other user's socket, on the last replica."""
    environment = {"REDIS_URL": redis} if redis else {}
    with servers.astegni(options.binary, database, options.log_filter, environment) as first:
        if replicas == 1:
            return {"": name} | latencies(options, population, first.url, first.url)
        with servers.astegni(options.binary, database, options.log_filter, environment) as second:
            return {"": name} | latencies(options, population, first.url, second.url)


def latencies(options, population, sending, reading):
    numbers = population.numbers("students")[:2 * PAIRS]
    tokens = load.log_in(sending, numbers)
    pairs = list(zip(tokens[::2], tokens[1::2], numbers[1::2], strict=True))
    conversations = [servers.call(f"{sending}/api/v1/chat/conversations", "POST",
                                  {"type": "direct", "participant_user_ids": [reader]}, sender)["conversation_id"]
                     for sender, _, reader in pairs]
    selector, arrivals, sent = selectors.DefaultSelector(), {}, {}
    for _, token, _ in pairs:
        reader = Socket(reading, token)
        selector.register(reader.stream, selectors.EVENT_READ, reader)
    stop = threading.Event()

    def read():
        while not stop.is_set():
            for key, _ in selector.select(0.1):
                reader = key.data
                reader.buffer += reader.stream.recv(65536)
                at = time.perf_counter()
                for frame in reader.frames():
                    if frame["type"] == "message.sent":
                        arrivals[frame["data"]["message_id"]] = at

    def send(number):
        parts = urlsplit(sending)
        connection = HTTPConnection(parts.hostname, parts.port)
        pace, count = SENDERS / options.rate, 0
        begin = time.perf_counter()
        while time.perf_counter() - begin < options.seconds:
            time.sleep(max(0, begin + count * pace - time.perf_counter()))
            place = (number + count * SENDERS) % len(pairs)
            body = json.dumps({"conversation_id": conversations[place], "content": f"Number {count}"})
            at = time.perf_counter()
            connection.request("POST", "/api/v1/chat/messages", body,
                               {"Authorization": f"Bearer {pairs[place][0]}", "Content-Type": "application/json"})
            answer = json.load(connection.getresponse())
            sent[answer["id"]] = at
            count += 1

    reader = threading.Thread(target=read)
    reader.start()
    senders = [threading.Thread(target=send, args=(number,)) for number in range(SENDERS)]
    for thread in senders:
        thread.start()
    for thread in senders:
        thread.join()
    time.sleep(1)
    stop.set()
    reader.join()
    times = sorted((arrivals[message] - at) * 1000 for message, at in sent.items() if message in arrivals)
    return {"messages": len(sent), "missing": len(sent) - len(times), "p50 (ms)": statistics.median(times),
            "p99 (ms)": times[int(len(times) * 0.99)], "highest (ms)": times[-1]}


def idle(options, database, population):
    """Returns the resident memory of a process with many sockets that have nothing to tell."""
    with servers.astegni(options.binary, database, options.log_filter) as server:
        users = [1 + number for number in range(IDLE_SOCKETS // SOCKETS_PER_USER)]
        tokens = load.log_in(server.url, users)
    with servers.astegni(options.binary, database, options.log_filter) as server:
        rows = [resident("at start", server.pid)]
        sockets = [Socket(server.url, token) for token in tokens for _ in range(SOCKETS_PER_USER)]
        time.sleep(5)
        rows.append(resident(f"with {len(sockets)} idle sockets", server.pid))
        for one in sockets:
            one.stream.close()
    return rows


def publish(options, population, rows, memory):
    latency = report.table(list(rows[0]), [[row[name] if isinstance(row[name], (str, int)) else f"{row[name]:.1f}"
                                            for name in row] for row in rows])
    cells = [[row["moment"], f"{row['resident (MiB)']:.1f}", f"{row['highest (MiB)']:.1f}"] for row in memory]
    memory_table = report.table(["memory", "resident (MiB)", "highest (MiB)"], cells)
    text = (f"{report.describe(population)}. {options.rate} messages per second in {PAIRS} conversations; the time is from "
            f"the request to the arrival at the other user's socket.\n\n{latency}\n\n{memory_table}")
    report.publish(f"live-{options.database}", options, text, rows + memory)
