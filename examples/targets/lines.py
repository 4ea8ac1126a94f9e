"""The application of a TCP, by lines: lines.py IPV4 [IPV6]. Python's sockets stand for the TCP under test."""
import os, select, socket, struct, sys

LOCAL, KINDS = dict(zip("46", sys.argv[1:])), {"4": socket.AF_INET, "6": socket.AF_INET6}

class User:                                     # of one connection, or of a listener
    def __init__(self, s, listens=False):
        self.s, self.listens, self.received, self.unsent, self.end = s, listens, 0, 0, None
        s.setblocking(False); users.append(self); self.number = len(users)

    def attend(self):                           # takes at once what has come, then sends what is left to send
        try:
            while self.listens:
                s, peer = self.s.accept()
                print("accept", self.number, User(s).number, peer[1], flush=True)
            while text := self.s.recv(65536): self.received += len(text)
        except OSError: pass                    # nothing more for now, or the connection is no more
        try:
            while self.unsent: self.unsent -= self.s.send(bytes(min(self.unsent, 65536)))
            if self.end: self.end = self.end()
        except OSError: pass

def serve(verb, first=None, second=None, third=None):
    if verb == "listen":
        return User(socket.create_server((LOCAL[first], int(second)), family=KINDS[first], backlog=4096), True).number
    if verb == "connect":
        user = User(socket.socket(KINDS[first]))
        user.s.connect_ex((second, int(third)))
        return user.number
    user = first and users[int(first) - 1]      # a ping is for all of them
    if verb == "send": user.unsent += int(second)
    if verb == "shutdown": user.end = lambda: user.s.shutdown(socket.SHUT_WR)
    if verb == "close": user.end = user.s.close
    if verb == "abort": user.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); user.s.close()
    return user.received if verb == "receive" else ""

users, rest = [], b""
while True:
    for user in [one for one in users if one.s.fileno() >= 0]: user.attend()
    if not select.select([0], [], [], 0.002)[0]: continue
    if not (octets := os.read(0, 65536)): break
    *lines, rest = (rest + octets).split(b"\n")
    for number, *request in map(str.split, map(bytes.decode, lines)):
        try: print(number, "ok", serve(*request), flush=True)
        except (OSError, LookupError, ValueError) as error: print(number, "no", error, flush=True)
