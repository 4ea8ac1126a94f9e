"""Carries frames between two links, later, and writes what it sees at three places: at A, between, and at B."""
import heapq, os, random, select, socket, struct, threading, time

import wire

DELAY = 0.012  # seconds between A and the middle, and between the middle and B
LOST = 0.04
LATER = [0, 0, 0, 0.004]  # seconds more, by which segments overtake each other
NOT_OURS = '02:00:00:00:07:09'


class Relay(threading.Thread):
    def __init__(self, a, b, lossy, seed):
        """a, b: the ends, each with `address`, `link` (the link towards it) and `mac`."""
        super().__init__(daemon=True)
        self.a, self.b = a, b
        self.sockets = {}
        for end in (a, b):
            one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            one.bind((end.link, 0))
            self.sockets[end] = one
        self.lossy = lossy
        self.random = random.Random(seed)
        self.queue, self.count, self.files, self.lock = [], 0, {}, threading.Lock()
        self.wake_r, self.wake_w = os.pipe()
        self.clear()

    def clear(self):
        self.drop = lambda segment: False
        self.last = {}  # what each end has sent last, by address and port
        self.iss = {}
        self.resets = {}  # how many came by, by place and sender

    def begin(self, folder, name):
        with self.lock:
            self.clear()
            for place in 'a-b':
                file = open(f'{folder}/{name}.{place}.pcap', 'wb')
                file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
                self.files[place] = file

    def end(self):
        with self.lock:
            for file in self.files.values():
                file.close()
            self.files = {}

    def write(self, place, frame):
        with self.lock:
            if place not in self.files:
                return
            now = time.time()
            self.files[place].write(struct.pack('<IIII', int(now), int(now % 1 * 1e6), len(frame), len(frame)) + frame)
            seen = wire.parse(frame)
            if seen['flags'] & wire.RST:
                key = f"{place} {seen['src']}"
                self.resets[key] = self.resets.get(key, 0) + 1

    def schedule(self, after, action):
        self.count += 1
        heapq.heappush(self.queue, (time.monotonic() + after, self.count, action))

    def carry(self, frame, to, forged=False):
        segment = wire.parse(frame)
        if segment is None:
            return
        near, far = ('a', 'b') if to is self.b else ('b', 'a')
        self.write(near, frame)
        if not forged and 'seq' in segment:
            self.last[(segment['src'], segment['sport'])] = segment
            if segment['flags'] & wire.SYN:
                self.iss[(segment['src'], segment['sport'])] = segment['seq']
        if self.drop(segment):
            return
        jitter = 0
        if self.lossy and not forged:
            if self.random.random() < LOST:
                return
            jitter = self.random.choice(LATER)
        self.schedule(DELAY, lambda: (self.write('-', frame), self.schedule(DELAY + jitter, lambda: self.deliver(frame, to, far))))

    def deliver(self, frame, to, place):
        self.write(place, frame)
        try:
            self.sockets[to].send(frame)
        except OSError:
            pass

    def forge(self, packet, at='end'):
        """Puts a packet on the wire, as if its source had sent it: at the end that it comes from, or in the middle."""
        to = self.b if packet[16:20] == socket.inet_aton(self.b.address) else self.a
        frame = bytes.fromhex((to.mac + NOT_OURS).replace(':', '')) + b'\x08\x00' + packet

        def from_the_middle():
            self.write('-', frame)
            self.schedule(DELAY, lambda: self.deliver(frame, to, 'b' if to is self.b else 'a'))
        self.schedule(0, from_the_middle if at == 'middle' else lambda: self.carry(frame, to, forged=True))
        os.write(self.wake_w, b'x')

    def run(self):
        others = {self.sockets[self.a].fileno(): (self.a, self.b), self.sockets[self.b].fileno(): (self.b, self.a)}
        while True:
            wait = max(0, self.queue[0][0] - time.monotonic()) if self.queue else 1
            ready, _, _ = select.select([*others, self.wake_r], [], [], wait)
            for fd in ready:
                if fd == self.wake_r:
                    os.read(fd, 100)
                    continue
                source, to = others[fd]
                try:
                    frame, origin = self.sockets[source].recvfrom(65535)
                except OSError:  # a stack that ends, or begins anew, takes its link down
                    continue
                if origin[2] != socket.PACKET_OUTGOING:
                    self.carry(frame, to)
            while self.queue and self.queue[0][0] <= time.monotonic():
                heapq.heappop(self.queue)[2]()
