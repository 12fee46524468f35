"""The message broker that an Abstra deployment works with, in place of RabbitMQ: as much of AMQP 0-9-1 as its web process and worker use.

Each deployment has a virtual host, so that one broker serves all. Messages are in memory. What a worker did not acknowledge when its
connection ends is given to the next one. There is no prefetch: Abstra's worker has a queue of its own.
"""

import socketserver
import threading
from collections import defaultdict, deque

from pika import frame, spec


class Broker(socketserver.ThreadingTCPServer):
    """Listens on loopback, on a free port."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Connection)
        self.lock = threading.RLock()
        self.waiting = defaultdict(deque)    # (virtual host, queue) -> bodies
        self.consumers = defaultdict(list)   # (virtual host, queue) -> (connection, channel, tag)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def uri(self, deployment):
        return f"amqp://guest:guest@127.0.0.1:{self.server_address[1]}/{deployment}"

    def publish(self, place, body):
        with self.lock:
            self.waiting[place].append(body)
            self.give(place)

    def give(self, place):
        """Gives what waits to the consumers, in turn."""
        with self.lock:
            while self.waiting[place] and self.consumers[place]:
                consumer = self.consumers[place].pop(0)
                self.consumers[place].append(consumer)
                connection, channel, tag = consumer
                connection.deliver(channel, tag, place, self.waiting[place].popleft())


class Connection(socketserver.BaseRequestHandler):
    """One client's connection, from the handshake to its end."""

    def setup(self):
        self.broker, self.virtual_host = self.server, ""
        self.publishing = {}       # channel -> [queue, size, body]
        self.unacknowledged = {}   # delivery tag -> (place, body)
        self.last_tag = 0

    def handle(self):
        data = b""
        while piece := self.received():
            data += piece
            while (decoded := frame.decode_frame(data))[0]:
                data = data[decoded[0]:]
                self.take(decoded[1])

    def received(self):
        try:
            return self.request.recv(65536)
        except OSError:
            return b""

    def finish(self):
        with self.broker.lock:
            for place, consumers in self.broker.consumers.items():
                consumers[:] = [consumer for consumer in consumers if consumer[0] is not self]
            for place, body in self.unacknowledged.values():
                self.broker.publish(place, body)

    def take(self, got):
        channel = got.channel_number if got.frame_type >= 0 else 0
        if isinstance(got, frame.ProtocolHeader):
            self.send(0, spec.Connection.Start(server_properties={}, mechanisms="PLAIN", locales="en_US"))
        elif isinstance(got, frame.Method):
            self.take_method(channel, got.method)
        elif isinstance(got, frame.Header):
            self.publishing[channel][1] = got.body_size
            self.publish_if_whole(channel)
        elif isinstance(got, frame.Body):
            self.publishing[channel][2] += got.fragment
            self.publish_if_whole(channel)

    def take_method(self, channel, method):
        match method:
            case spec.Connection.StartOk():
                self.send(0, spec.Connection.Tune(channel_max=100, frame_max=131072, heartbeat=0))
            case spec.Connection.Open():
                self.virtual_host = method.virtual_host
                self.send(0, spec.Connection.OpenOk())
            case spec.Channel.Open():
                self.send(channel, spec.Channel.OpenOk())
            case spec.Queue.Declare():
                self.send(channel, spec.Queue.DeclareOk(queue=method.queue, message_count=0, consumer_count=0))
            case spec.Basic.Qos():
                self.send(channel, spec.Basic.QosOk())
            case spec.Basic.Consume():
                place = (self.virtual_host, method.queue)
                self.send(channel, spec.Basic.ConsumeOk(consumer_tag=method.consumer_tag))
                with self.broker.lock:
                    self.broker.consumers[place].append((self, channel, method.consumer_tag))
                self.broker.give(place)
            case spec.Basic.Publish():
                self.publishing[channel] = [method.routing_key, None, b""]
            case spec.Basic.Ack() | spec.Basic.Nack():
                self.unacknowledged.pop(method.delivery_tag, None)
            case spec.Basic.Cancel():
                self.send(channel, spec.Basic.CancelOk(consumer_tag=method.consumer_tag))
            case spec.Channel.Close():
                self.send(channel, spec.Channel.CloseOk())
            case spec.Connection.Close():
                self.send(0, spec.Connection.CloseOk())

    def publish_if_whole(self, channel):
        queue, size, body = self.publishing[channel]
        if len(body) == size:
            self.broker.publish((self.virtual_host, queue), body)

    def deliver(self, channel, consumer_tag, place, body):
        self.last_tag += 1
        self.unacknowledged[self.last_tag] = (place, body)
        method = spec.Basic.Deliver(consumer_tag=consumer_tag, delivery_tag=self.last_tag, exchange="", routing_key=place[1])
        self.send(channel, method, frame.Header(channel, len(body), spec.BasicProperties()), frame.Body(channel, body))

    def send(self, channel, method, *more):
        """Writes the frames at once, so that no other thread's come between them."""
        whole = b"".join(part.marshal() for part in (frame.Method(channel, method), *more))
        with self.broker.lock:
            try:
                self.request.sendall(whole)
            except OSError:
                pass
