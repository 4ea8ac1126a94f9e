"""What a scene acts with: a client, a server, and a relay between them that can lose, forge and hold."""
import time

import wire
from wire import ACK, RST, SYN

SCENES = []


def scene(cause, *alike, by='server', kind='reset', lossy=True, only='', without=(), places='c-s', unlike=None,
          deviates=None, may_deviate=None, resets=1):
    """
    A scene with its cause. `alike`: causes that nobody can tell from it by what is on the wire of this scene; each with its reason in the
    scene. `by`: who does what is to be explained. `only`: 'kernel' where it needs a kernel at both ends, 'server' where another stack can
    be the server alone. `without`: stacks that cannot play it. `places`: where what it is about comes by, at the client (c), between (-)
    and at the server (s). `unlike`: by stack, the kind, the cause and those like it, where it does something else. `deviates`: by stack,
    what in it contradicts the RFCs: its baseline in reports/baselines has it too; `may_deviate`: where that depends on what is lost. `resets`: the one that the scene is about is its sender's
    first, or second.
    """
    def keep(play):
        SCENES.append({'name': play.__name__.replace('_', '-'), 'cause': cause, 'alike': list(alike), 'by': by, 'kind': kind, 'lossy': lossy,
                       'only': only, 'without': list(without), 'places': places, 'unlike': unlike or {}, 'deviates': deviates or {}, 'may_deviate': may_deviate or {}, 'about': resets,
                       'play': play})
        return play
    return keep


def ghost_of(end):
    """The address of a host that is not there, behind A."""
    return f"{end.address.rsplit('.', 1)[0]}.9"


def pause(seconds=0.12):
    time.sleep(seconds)


class Stage:
    def __init__(self, relay, client, server):
        """client, server: the ends of the relay, in either order."""
        self.relay, self.client, self.server = relay, client, server
        self.ghost = ghost_of(client)
        self.port, self.client_port, self.open = 0, 0, []
        self.listener = None
        self.knows_better = None

    @property
    def from_client(self):
        return lambda segment: segment['src'] == self.client.address

    @property
    def from_server(self):
        return lambda segment: segment['src'] == self.server.address

    def lose(self, which=None):
        """From now on, such segments are lost between the ends; without one, none is."""
        self.relay.drop = which or (lambda segment: False)

    def lose_first(self, which):
        seen = []
        self.lose(lambda segment: which(segment) and (seen.append(1) or len(seen) == 1))

    def listen(self, backlog=8, reads=True):
        if not self.server.is_kernel:
            self.client_port = next(self.client.ports)
        self.port, self.listener = self.server.listen(backlog=backlog, peer_port=self.client_port, reads=reads)
        self.open.append(self.listener)

    def connect(self, wait=True, local=None):
        one = self.client.connect(self.server.address, self.port, wait=wait, local=self.client_port if local is None else local)
        self.open.append(one)
        return one

    def pair(self, reads=True):
        """A connection: the client's side and the server's."""
        self.listen(reads=reads)
        client = self.connect(wait=self.client.is_kernel)
        server, who = self.listener.accept()
        self.open.append(server)
        if self.client.is_kernel:
            self.client_port = client.getsockname()[1]
        else:
            self.client_port = who[1]
        client.received = lambda: self.acknowledged(self.client, self.server)
        server.received = lambda: self.acknowledged(self.server, self.client)
        pause(0.08)
        return client, server

    def exchanged(self):
        """A connection on which both have read what the other sent."""
        client, server = self.pair()
        client.send(b'q' * 300)
        server.got(300)
        server.send(b'r' * 700)
        client.got(700)
        pause(0.15)
        return client, server

    def key(self, end):
        return (end.address, self.client_port if end is self.client else self.port)

    def acknowledged(self, by, of):
        """How many octets of the other's text an end has acknowledged."""
        last, iss = self.relay.last.get(self.key(by)), self.relay.iss.get(self.key(of))
        return (last['ack'] - iss - 1) & 0xffffffff if last and iss is not None else 0

    def of(self, end):
        """The numbers of an end, by what it sent last: as if it sent an empty ACK now."""
        last = self.relay.last[self.key(end)]
        length = len(last['data']) + (last['flags'] & 1) + (last['flags'] >> 1 & 1)
        return {**last, 'seq': last['seq'] + length, 'flags': ACK, 'data': b''}

    def sent(self, end, port=None):
        """What an end has sent last, from a port; of a scene with one connection, from any. Waits until there is something."""
        until = time.monotonic() + 3
        while time.monotonic() < until:
            for (address, number), segment in list(self.relay.last.items()):
                if address == end.address and port in (None, number):
                    return segment
            time.sleep(0.01)
        raise TimeoutError

    def to_server(self, port, sport, **more):
        """The fields of a segment to the server that no connection of the client sends."""
        return {'src': self.client.address, 'dst': self.server.address, 'sport': sport, 'dport': port, 'seq': 1, 'ack': 77, 'flags': ACK, **more}

    def forge(self, segment, at='end', ttl=64, ident=None):
        self.relay.forge(wire.segment(segment, ttl, ident), at)

    def forget(self, end, connection):
        """The end knows nothing of the connection any more: a stack is restarted; of a kernel's ABORT, the reset is lost."""
        mine = self.from_client if end is self.client else self.from_server
        self.lose(lambda segment: mine(segment) and (segment['flags'] & RST or not end.is_kernel))
        if end.is_kernel:
            connection.abort()
        else:
            end.restart()
        self.knows_better = end  # a capture there has the reset
        pause()
        self.lose()
        pause(1.5)

    def close(self):
        for one in self.open:
            try:
                one.abort()
            except (RuntimeError, OSError):
                pass
        if not self.server.is_kernel:
            self.server.ask('release', self.client_port)
        elif not self.client.is_kernel:
            self.client.ask('release', self.port)
