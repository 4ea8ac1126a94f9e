#!/usr/bin/env python3
"""Scenes whose cause is known, played by this machine's TCP at both ends, and captured at A, between, and at B.

    unshare -n python3 bench/explain/scenes.py FOLDER [lossy] [SCENE...]

Two namespaces, joined by a relay that delays each frame (and loses or reorders some), and writes three captures of each scene. What
the scene is about is written into FOLDER/scenes.json: who did it, the cause, and which other causes look the same on the wire.
"""
import ctypes, heapq, json, os, random, select, signal, socket, struct, subprocess, sys, threading, time

LIBC = ctypes.CDLL(None, use_errno=True)
A, B, GHOST = '10.7.0.1', '10.7.0.2', '10.7.0.9'
MACS = {A: '02:00:00:00:07:01', B: '02:00:00:00:07:02'}
DELAY = 0.012  # seconds between A and the middle, and between the middle and B
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
FOLDER = sys.argv[1]
LOSSY = 'lossy' in sys.argv[2:]
ONLY = [word for word in sys.argv[2:] if word != 'lossy']


def sh(*words, **more):
    subprocess.run(words, check=True, **more)


class Namespace:
    """A network namespace, held by a process that ends with us."""

    def __init__(self, address, peer):
        self.address = address
        self.holder = subprocess.Popen(['unshare', '-n', 'sleep', 'infinity'], preexec_fn=lambda: LIBC.prctl(1, signal.SIGKILL))
        time.sleep(0.2)
        self.fd = os.open(f'/proc/{self.holder.pid}/ns/net', os.O_RDONLY)
        self.link = f'v{address[-1]}'
        sh('ip', 'link', 'add', self.link, 'type', 'veth', 'peer', 'name', 'e0', 'address', MACS[address], 'netns', str(self.holder.pid))
        sh('ip', 'link', 'set', self.link, 'addrgenmode', 'none', 'up')
        self.run('ip', 'link', 'set', 'lo', 'up')
        self.run('ip', 'link', 'set', 'e0', 'addrgenmode', 'none', 'up')
        self.run('ip', 'addr', 'add', f'{address}/24', 'dev', 'e0')
        for other in (peer, GHOST):
            self.run('ip', 'neigh', 'replace', other, 'lladdr', MACS[peer], 'dev', 'e0', 'nud', 'permanent')
        self.run(OFFLOADS, 'e0')
        self.sysctl('net.ipv4.tcp_syncookies', 0)
        self.sysctl('net.ipv4.tcp_max_syn_backlog', 64)

    def run(self, *words):
        sh('nsenter', f'--net=/proc/{self.holder.pid}/ns/net', '--', *words)

    def sysctl(self, name, value):
        self.run('sh', '-c', f'echo {value} > /proc/sys/{name.replace(".", "/")}')

    def socket(self):
        back = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
        LIBC.setns(self.fd, 0)
        try:
            made = socket.socket()
        finally:
            LIBC.setns(back, 0)
            os.close(back)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.settimeout(5)
        return made


def checksum(octets):
    if len(octets) % 2:
        octets += b'\0'
    total = sum(struct.unpack(f'!{len(octets) // 2}H', octets))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Relay(threading.Thread):
    """Carries frames between the two links, later, and writes what it sees at three places."""

    def __init__(self, a, b):
        super().__init__(daemon=True)
        self.sockets = {}
        for space in (a, b):
            one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            one.bind((space.link, 0))
            self.sockets[space.address] = one
        self.queue, self.count, self.files, self.lock = [], 0, {}, threading.Lock()
        self.drop = lambda segment: False
        self.last = {}  # what each end has sent last, by (source, source port)
        self.segments = []
        self.wake_r, self.wake_w = os.pipe()
        self.random = random.Random(1)
        self.lossy = False

    def begin(self, name):
        with self.lock:
            self.files = {}
            for place in 'a-b':
                file = open(f'{FOLDER}/{name}.{place}.pcap', 'wb')
                file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
                self.files[place] = file
            self.segments, self.last = [], {}

    def end(self):
        with self.lock:
            for file in self.files.values():
                file.close()
            self.files = {}

    def write(self, place, frame):
        with self.lock:
            if place in self.files:
                now = time.time()
                self.files[place].write(struct.pack('<IIII', int(now), int(now % 1 * 1e6), len(frame), len(frame)) + frame)

    def schedule(self, after, action):
        self.count += 1
        heapq.heappush(self.queue, (time.monotonic() + after, self.count, action))

    def carry(self, frame, to, near, far, forged=False):
        segment = parse(frame)
        if segment is None:
            return
        self.write(near, frame)
        if not forged:
            self.last[(segment['src'], segment['sport'])] = segment
        self.segments.append(segment)
        if self.drop(segment):
            return
        jitter = 0
        if self.lossy and not forged:
            if self.random.random() < 0.04:
                return
            jitter = self.random.choice([0, 0, 0, 0.004])

        def middle():
            self.write('-', frame)
            self.schedule(DELAY + jitter, out)

        def out():
            self.write(far, frame)
            try:
                self.sockets[to].send(frame)
            except OSError:
                pass
        self.schedule(DELAY, middle)

    def forge(self, segment, at='a', ttl=64, ident=None):
        """Puts a segment on the wire at an end, or in the middle, as if its source had sent it."""
        frame = build(segment, ttl, ident)
        to = segment['dst'] if segment['dst'] != GHOST else A

        def go():
            if at == '-':
                far = 'b' if to == B else 'a'
                self.write('-', frame)
                self.schedule(DELAY, lambda: (self.write(far, frame), self.sockets[to].send(frame)))
            else:
                self.carry(frame, to, 'a' if to == B else 'b', 'b' if to == B else 'a', forged=True)
        self.schedule(0, go)
        os.write(self.wake_w, b'x')

    def run(self):
        names = {self.sockets[A].fileno(): (A, B, 'a', 'b'), self.sockets[B].fileno(): (B, A, 'b', 'a')}
        while True:
            wait = max(0, self.queue[0][0] - time.monotonic()) if self.queue else 1
            ready, _, _ = select.select([*names, self.wake_r], [], [], wait)
            for fd in ready:
                if fd == self.wake_r:
                    os.read(fd, 100)
                    continue
                source, to, near, far = names[fd]
                frame, origin = self.sockets[source].recvfrom(65535)
                if origin[2] != 4:  # not what we have sent ourselves
                    self.carry(frame, to, near, far)
            while self.queue and self.queue[0][0] <= time.monotonic():
                heapq.heappop(self.queue)[2]()


def parse(frame):
    if frame[12:14] != b'\x08\x00' or frame[23] != 6:
        return None
    ip = frame[14:]
    length = struct.unpack('!H', ip[2:4])[0]
    tcp = ip[20:length]
    sport, dport, seq, ack, offset, flags, window = struct.unpack('!HHIIBBH', tcp[:16])
    options = tcp[20:(offset >> 4) * 4]
    stamp = options.find(b'\x01\x01\x08\x0a')
    return {
        'src': socket.inet_ntoa(ip[12:16]), 'dst': socket.inet_ntoa(ip[16:20]), 'sport': sport, 'dport': dport, 'seq': seq, 'ack': ack,
        'flags': flags, 'window': window, 'data': tcp[(offset >> 4) * 4:],
        'stamps': struct.unpack('!II', options[stamp + 4:stamp + 12]) if stamp >= 0 else None,
    }


def build(segment, ttl, ident):
    data = segment.get('data', b'')
    options = segment.get('options', b'')
    stamps = segment.get('stamps')
    if stamps:
        options += b'\x01\x01\x08\x0a' + struct.pack('!II', *stamps)
    src, dst = socket.inet_aton(segment['src']), socket.inet_aton(segment['dst'])
    tcp = struct.pack('!HHIIBBHHH', segment['sport'], segment['dport'], segment['seq'] & 0xffffffff, segment['ack'] & 0xffffffff,
                      (20 + len(options)) // 4 << 4, segment['flags'], segment.get('window', 500), 0, 0) + options + data
    total = checksum(src + dst + struct.pack('!HH', 6, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack('!H', total) + tcp[18:]
    ip = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(tcp), random.randrange(1, 65536) if ident is None else ident, 0x4000, ttl, 6, 0) + src + dst
    ip = ip[:10] + struct.pack('!H', checksum(ip)) + ip[12:]
    mac = bytes.fromhex(MACS[segment['dst'] if segment['dst'] in MACS else A].replace(':', ''))
    return mac + bytes.fromhex('020000000709') + b'\x08\x00' + ip + tcp


OFFLOADS = f'/tmp/offloads.{os.getpid()}'
PORT = 6000
SCENES = []


def scene(cause, *alike, by='b', kind='reset', lossy=True, places='a-b'):
    """alike: causes that look the same on the wire, of which any may be named first. places: where what it is about comes by."""
    def keep(play):
        SCENES.append({'name': play.__name__.replace('_', '-'), 'cause': cause, 'alike': list(alike), 'by': by, 'kind': kind,
                       'lossy': lossy, 'places': places, 'play': play})
        return play
    return keep


class Stage:
    def __init__(self):
        self.port = 0
        self.open = []

    def listen(self, backlog=8):
        global PORT
        PORT += 1
        self.port = PORT
        one = b.socket()
        one.bind((B, self.port))
        one.listen(backlog)
        self.open.append(one)
        self.listener = one
        return one

    def connect(self, port=None, local=0):
        one = a.socket()
        if local:
            one.bind((A, local))
        one.connect((B, port or self.port))
        self.open.append(one)
        return one

    def pair(self):
        self.listen()
        client = self.connect()
        server, _ = self.listener.accept()
        server.settimeout(5)
        self.open.append(server)
        self.client_port = client.getsockname()[1]
        return client, server

    def exchanged(self):
        """Both have read what the other sent."""
        client, server = self.pair()
        client.send(b'q' * 300)
        got(server, 300)
        server.send(b'r' * 700)
        got(client, 700)
        time.sleep(0.15)
        return client, server

    def of(self, who):
        """The numbers of an end, by what it sent last: as if it sent an empty ACK now."""
        last = relay.last[(A, self.client_port) if who == 'a' else (B, self.port)]
        length = len(last['data']) + (last['flags'] & 1) + (last['flags'] >> 1 & 1)
        return {**last, 'seq': last['seq'] + length, 'flags': ACK, 'data': b''}

    def close(self):
        for one in self.open:
            abort(one)


def got(one, count):
    while count > 0:
        count -= len(one.recv(count))


def abort(one):
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    except OSError:
        pass
    one.close()


def pause(seconds=0.12):
    time.sleep(seconds)


@scene('refused port')
def refused(stage):
    stage.port = 5999
    try:
        stage.connect()
    except OSError:
        pass


@scene('close with unread text', 'abort')
def unread_text(stage):
    client, server = stage.pair()
    client.send(b'x' * 3000)
    pause()
    server.close()


@scene('close with unread text', 'abort', by='a')
def unread_by_client(stage):
    client, server = stage.pair()
    server.send(b'x' * 5000)
    pause()
    client.close()


@scene('abort', 'close with unread text')
def abort_idle(stage):
    client, server = stage.exchanged()
    pause(1.3)
    abort(server)


@scene('abort', 'close with unread text', by='a')
def abort_by_client(stage):
    client, server = stage.exchanged()
    pause(1.3)
    abort(client)


@scene('abort')
def abort_without_text(stage):
    client, server = stage.pair()
    pause()
    abort(server)


@scene('abort', 'close with unread text')
def abort_in_close_wait(stage):
    client, server = stage.exchanged()
    client.shutdown(socket.SHUT_WR)
    pause()
    abort(server)


@scene('abort', 'text for a closed user', 'close with unread text')
def abort_in_fin_wait_2(stage):
    client, server = stage.exchanged()
    server.shutdown(socket.SHUT_WR)
    pause(1.3)
    abort(server)


@scene('text for a closed user')
def text_after_close(stage):
    client, server = stage.exchanged()
    server.close()
    pause()
    client.send(b'late')


@scene('text for a closed user')
def text_crosses_close(stage):
    client, server = stage.exchanged()
    server.close()
    client.send(b'crosses')


@scene('text for a closed user', by='a')
def text_for_closed_client(stage):
    client, server = stage.exchanged()
    client.close()
    pause()
    server.send(b'late' * 100)


@scene('closed by its own reset')
def text_after_reset(stage):
    client, server = stage.pair()
    pause()
    abort(server)
    client.send(b'crosses')


@scene("closed by the peer's reset", lossy=False)
def after_peers_reset(stage):
    client, server = stage.exchanged()
    numbers = stage.of('a')
    abort(client)
    pause()
    relay.forge({**numbers, 'flags': ACK | PSH, 'data': b'old'})


@scene('closed by FINs', lossy=False)
def after_both_fins(stage):
    client, server = stage.exchanged()
    client.close()
    pause()
    server.close()
    pause()
    relay.forge({**stage.of('a'), 'flags': ACK})


@scene('closed by FINs', lossy=False)
def old_text_after_both_fins(stage):
    client, server = stage.exchanged()
    client.close()
    pause()
    server.close()
    pause()
    now = stage.of('a')
    relay.forge({**now, 'seq': now['seq'] - 30, 'flags': ACK | PSH, 'data': b'o' * 20})


@scene('never was', 'ACK in LISTEN', 'forgotten', lossy=False)
def stray_ack(stage):
    relay.forge({'src': A, 'dst': B, 'sport': 3333, 'dport': 5998, 'seq': 1, 'ack': 77, 'flags': ACK})


@scene('never was', 'forgotten', lossy=False)
def stray_text(stage):
    relay.forge({'src': A, 'dst': B, 'sport': 3334, 'dport': 5998, 'seq': 1, 'ack': 77, 'flags': ACK | PSH, 'data': b'hello'})


@scene('never was', lossy=False)
def backscatter(stage):
    relay.forge({'src': A, 'dst': B, 'sport': 80, 'dport': 5997, 'seq': 1, 'ack': 77, 'flags': SYN | ACK})


@scene('ACK in LISTEN', lossy=False)
def ack_scan_of_a_listener(stage):
    stage.exchanged()
    relay.forge({'src': A, 'dst': B, 'sport': 3335, 'dport': stage.port, 'seq': 1, 'ack': 77, 'flags': ACK})


@scene('unknown to the kernel', 'given up in SYN-SENT', by='a', lossy=False)
def half_open_scan(stage):
    stage.listen()
    relay.forge({'src': A, 'dst': B, 'sport': 3336, 'dport': stage.port, 'seq': 1, 'ack': 0, 'flags': SYN, 'window': 1024,
                 'options': b'\x02\x04\x05\xb4'})


@scene('given up in SYN-SENT', 'unknown to the kernel', by='a', lossy=False)
def closed_in_syn_sent(stage):
    stage.listen()
    one = a.socket()
    one.setblocking(False)
    one.connect_ex((B, stage.port))
    pause(0.005)
    one.close()


@scene('given up in SYN-SENT', 'unknown to the kernel', by='a', lossy=False)
def given_up_late(stage):
    stage.listen()
    seen = []
    relay.drop = lambda s: s['src'] == B and s['flags'] & SYN and (seen.append(1) or len(seen) < 2)
    one = a.socket()
    one.setblocking(False)
    one.connect_ex((B, stage.port))
    pause(1.01)
    one.close()
    pause(1.2)


@scene('forgotten', 'closed by its own reset', lossy=False)
def restarted_server(stage):
    client, server = stage.exchanged()
    relay.drop = lambda s: s['src'] == B and s['flags'] & RST
    abort(server)
    pause()
    relay.drop = lambda s: False
    pause(1.5)
    client.send(b'still there?')


@scene('forgotten', 'closed by its own reset', by='a', lossy=False)
def restarted_client(stage):
    client, server = stage.exchanged()
    relay.drop = lambda s: s['src'] == A and s['flags'] & RST
    abort(client)
    pause()
    relay.drop = lambda s: False
    pause(1.5)
    server.send(b'still there?')


@scene('half-open peer', 'unacceptable ACK in SYN-SENT', 'closed by its own reset', by='a', lossy=False)
def half_open(stage):
    client, server = stage.exchanged()
    relay.drop = lambda s: s['src'] == A and s['flags'] & RST
    port = client.getsockname()[1]
    abort(client)
    pause()
    relay.drop = lambda s: False
    stage.connect(local=port)


@scene('end of keep-alives', 'user timeout', lossy=False)
def keep_alives_end(stage):
    client, server = stage.exchanged()
    for option, value in ((4, 1), (5, 1), (6, 3)):
        server.setsockopt(socket.IPPROTO_TCP, option, value)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    relay.drop = lambda s: s['src'] == A
    pause(5)


@scene('full queue', 'SYN unanswered', kind='SYN unanswered', lossy=False)
def full_accept_queue(stage):
    stage.listen(0)
    stage.connect()
    pause()
    one = a.socket()
    one.setblocking(False)
    stage.open.append(one)
    one.connect_ex((B, stage.port))
    pause(2.3)


@scene('full queue', 'listener gone', lossy=False)
def reset_by_full_queue(stage):
    b.sysctl('net.ipv4.tcp_abort_on_overflow', 1)
    stage.listen(2)
    for _ in range(2):
        stage.connect()
    pause()
    for _ in range(2):
        one = a.socket()
        one.setblocking(False)
        one.connect_ex((B, stage.port))
        stage.open.append(one)
    pause(0.3)
    b.sysctl('net.ipv4.tcp_abort_on_overflow', 0)


@scene('listener gone', 'full queue', 'forgotten', lossy=False)
def listener_closes(stage):
    stage.listen()
    relay.drop = lambda s: s['src'] == A and not s['flags'] & SYN
    client = stage.connect()
    stage.listener.close()
    pause()
    relay.drop = lambda s: False
    client.send(b'anybody?')


@scene('SYN unanswered', kind='SYN unanswered', lossy=False, places='a')
def black_hole(stage):
    relay.drop = lambda s: s['src'] == A
    one = a.socket()
    one.setblocking(False)
    stage.open.append(one)
    one.connect_ex((B, 5996))
    pause(1.3)


@scene('unacceptable ACK in SYN-SENT', by='a', lossy=False, places='a')
def wrong_ack_in_syn_sent(stage):
    relay.drop = lambda s: s['src'] == B
    one = a.socket()
    one.setblocking(False)
    stage.open.append(one)
    one.bind((A, 3337))
    relay.drop = lambda s: s['src'] == A and s['flags'] & SYN
    one.connect_ex((B, 5995))
    pause(0.05)
    sent = relay.last[(A, 3337)]
    relay.forge({'src': B, 'dst': A, 'sport': 5995, 'dport': 3337, 'seq': 5, 'ack': sent['seq'] + 9, 'flags': SYN | ACK})


@scene('unacceptable ACK in SYN-RECEIVED', lossy=False)
def wrong_ack_in_syn_received(stage):
    stage.listen()
    stage.open.append(stage.listener)
    ghost = {'src': GHOST, 'dst': B, 'sport': 3338, 'dport': stage.port}
    relay.forge({**ghost, 'seq': 1, 'ack': 0, 'flags': SYN})
    pause()
    sent = relay.last[(B, stage.port)]
    relay.forge({**ghost, 'seq': 2, 'ack': sent['seq'] + 50, 'flags': ACK})


@scene('challenge to a SYN', kind='empty ACK', lossy=False)
def syn_in_the_window(stage):
    client, server = stage.exchanged()
    relay.forge({**stage.of('a'), 'seq': stage.of('a')['seq'] + 100, 'ack': 0, 'flags': SYN, 'stamps': None})


@scene('challenge to a reset', kind='empty ACK', lossy=False)
def reset_in_the_window(stage):
    client, server = stage.exchanged()
    relay.forge({**stage.of('a'), 'seq': stage.of('a')['seq'] + 100, 'flags': RST, 'stamps': None})


@scene('ACK of octets never sent', kind='empty ACK', lossy=False)
def ack_of_nothing(stage):
    client, server = stage.exchanged()
    relay.forge({**stage.of('a'), 'ack': stage.of('a')['ack'] + 5000})


@scene('old timestamp', kind='empty ACK', lossy=False)
def old_timestamp(stage):
    client, server = stage.exchanged()
    now = stage.of('a')
    relay.forge({**now, 'flags': ACK | PSH, 'data': b'old', 'stamps': (now['stamps'][0] - 90_000, now['stamps'][1])})


@scene('outside the window', kind='empty ACK', lossy=False)
def outside_the_window(stage):
    client, server = stage.exchanged()
    relay.forge({**stage.of('a'), 'seq': stage.of('a')['seq'] + (1 << 29), 'flags': ACK | PSH, 'data': b'far'})


@scene('old text', kind='empty ACK', lossy=False)
def old_text(stage):
    client, server = stage.exchanged()
    now = stage.of('a')
    relay.forge({**now, 'seq': now['seq'] - 100, 'flags': ACK | PSH, 'data': b'o' * 50})


@scene('keep-alive', kind='empty ACK', lossy=False)
def keep_alive(stage):
    client, server = stage.exchanged()
    client.setsockopt(socket.IPPROTO_TCP, 4, 1)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    pause(1.4)


@scene('beyond a gap', kind='empty ACK', lossy=False)
def text_behind_a_gap(stage):
    client, server = stage.exchanged()
    seen = []
    relay.drop = lambda s: s['src'] == A and len(s['data']) > 0 and (seen.append(1) or len(seen) == 1)
    client.send(b'x' * 20000)
    got(server, 20000)


@scene('FIN again', kind='empty ACK', by='a', lossy=False, places='a')
def fin_again(stage):
    client, server = stage.exchanged()
    client.close()
    pause()
    seen = []
    relay.drop = lambda s: s['src'] == A and s['flags'] == ACK and (seen.append(1) or len(seen) == 1)
    server.close()
    pause(0.8)


@scene('third party', lossy=False, places='a-')
def injected_resets(stage):
    client, server = stage.exchanged()
    a_now, b_now = stage.of('a'), stage.of('b')
    relay.forge({**b_now, 'flags': RST, 'ack': 0, 'stamps': None}, at='-', ttl=250)
    relay.forge({**a_now, 'flags': RST, 'ack': 0, 'stamps': None}, at='-', ttl=250)


@scene('third party', lossy=False, places='a-')
def injected_reset_that_misses(stage):
    client, server = stage.exchanged()
    b_now = stage.of('b')
    relay.forge({**b_now, 'seq': b_now['seq'] - 100_000, 'flags': RST | ACK, 'stamps': None}, at='-', ttl=64)
    pause(0.3)
    server.send(b'I am still here')
    got(client, 15)


@scene('third party', 'refused port', 'full queue', lossy=False, places='a-')
def reset_by_a_firewall(stage):
    stage.exchanged()
    relay.drop = lambda s: s['src'] == A and s['flags'] & SYN
    one = a.socket()
    one.bind((A, 3339))
    one.setblocking(False)
    stage.open.append(one)
    one.connect_ex((B, stage.port))
    pause(0.03)
    sent = relay.last[(A, 3339)]
    relay.forge({'src': B, 'dst': A, 'sport': stage.port, 'dport': 3339, 'seq': 0, 'ack': sent['seq'] + 1, 'flags': RST | ACK,
                 'window': 0}, at='-', ttl=250)


@scene('nothing', kind='none')
def closed_orderly(stage):
    client, server = stage.exchanged()
    client.close()
    pause()
    server.close()


@scene('nothing', kind='none')
def closed_at_once(stage):
    client, server = stage.exchanged()
    client.shutdown(socket.SHUT_WR)
    server.shutdown(socket.SHUT_WR)
    pause()
    client.close()
    server.close()


@scene('nothing', kind='none')
def bulk(stage):
    client, server = stage.pair()
    thread = threading.Thread(target=lambda: (client.sendall(b'b' * 150_000), client.shutdown(socket.SHUT_WR)))
    thread.start()
    got(server, 150_000)
    thread.join()
    server.close()


@scene('answer to a challenge ACK', 'forgotten', "closed by its own reset", by='a', lossy=False)
def abort_that_was_not_exact(stage):
    client, server = stage.exchanged()
    now = stage.of('a')
    relay.drop = lambda s: s['src'] == A and s['flags'] & RST and s['window'] != 777
    abort(client)
    pause()
    relay.drop = lambda s: False
    relay.forge({**now, 'seq': now['seq'] + 10, 'flags': RST, 'window': 777, 'stamps': None})


root = os.path.dirname(os.path.abspath(__file__))
sh('cc', '-O1', '-o', OFFLOADS, f'{root}/../../lib/lab/namespaces/offloads.c')
os.makedirs(FOLDER, exist_ok=True)
sh('ip', 'link', 'set', 'lo', 'up')
a, b = Namespace(A, B), Namespace(B, A)
relay = Relay(a, b)
relay.start()
told = []
for one in SCENES:
    if ONLY and one['name'] not in ONLY or LOSSY and not one['lossy']:
        continue
    stage = Stage()
    relay.drop = lambda segment: False
    relay.lossy = LOSSY
    relay.begin(one['name'])
    failed = None
    try:
        one['play'](stage)
        pause(0.5 if LOSSY else 0.3)
    except Exception as error:
        failed = repr(error)
    relay.end()
    stage.close()
    pause(0.1)
    told.append({key: value for key, value in one.items() if key != 'play'} | ({'failed': failed} if failed else {}))
    print(one['name'], failed or '', flush=True)
json.dump(told, open(f'{FOLDER}/scenes.json', 'w'), indent=1)
os.unlink(OFFLOADS)
for space in (a, b):
    space.holder.kill()
