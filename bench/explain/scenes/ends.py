"""The two ends of a scene: this machine's kernel in a network namespace, or another stack that the lab starts."""
import ctypes, itertools, json, os, signal, socket, struct, subprocess, time

LIBC = ctypes.CDLL(None, use_errno=True)
ROOT = os.path.abspath(f'{os.path.dirname(__file__)}/../../..')
OFFLOADS = f'/tmp/offloads.{os.getpid()}'


def sh(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def dies_with_us():
    LIBC.prctl(1, signal.SIGKILL)


class Kernel:
    """A network namespace, held by a process that ends with us."""

    name = f'Linux {os.uname().release}'
    is_kernel = True

    def __init__(self, link, address, mac):
        self.address, self.mac, self.link = address, mac, link
        self.ports = itertools.count(6001)
        self.holder = subprocess.Popen(['unshare', '-n', 'sleep', 'infinity'], preexec_fn=dies_with_us)
        time.sleep(0.2)
        self.fd = os.open(f'/proc/{self.holder.pid}/ns/net', os.O_RDONLY)
        sh('ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'e0', 'address', mac, 'netns', str(self.holder.pid))
        sh('ip', 'link', 'set', link, 'addrgenmode', 'none', 'up')
        self.run('ip', 'link', 'set', 'lo', 'up')
        self.run('ip', 'link', 'set', 'e0', 'addrgenmode', 'none', 'up')
        self.run('ip', 'addr', 'add', f'{address}/24', 'dev', 'e0')
        self.run(OFFLOADS, 'e0')
        self.sysctl('net.ipv4.tcp_syncookies', 0)
        self.sysctl('net.ipv4.tcp_max_syn_backlog', 64)

    def meet(self, address, mac):
        self.run('ip', 'neigh', 'replace', address, 'lladdr', mac, 'dev', 'e0', 'nud', 'permanent')

    def run(self, *words):
        sh('nsenter', f'--net=/proc/{self.holder.pid}/ns/net', '--', *words)

    def sysctl(self, name, value):
        self.run('sh', '-c', f'echo {value} > /proc/sys/{name.replace(".", "/")}')

    def socket(self):
        back = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
        LIBC.setns(self.fd, 0)
        try:
            made = KernelSocket()
        finally:
            LIBC.setns(back, 0)
            os.close(back)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.settimeout(5)
        return made

    def listen(self, backlog=8, **_):
        one = self.socket()
        port = next(self.ports)
        one.bind((self.address, port))
        one.listen(backlog)
        return port, one

    def connect(self, to, port, wait=True, local=0):
        one = self.socket()
        if local:
            one.bind((self.address, local))
        if wait:
            one.connect((to, port))
        else:
            one.setblocking(False)
            one.connect_ex((to, port))
        return one

    def stop(self):
        self.holder.kill()


class KernelSocket(socket.socket):
    """accept() gives one, too."""

    def accept(self, *_):
        fd, address = self._accept()
        one = KernelSocket(fileno=fd)
        one.settimeout(5)
        return one, address

    def got(self, count):
        """Waits until so much has been read."""
        while count > 0:
            part = self.recv(count)
            if not part:
                raise EOFError
            count -= len(part)

    def half_close(self):
        self.shutdown(socket.SHUT_WR)

    def abort(self):
        try:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        except OSError:
            pass
        self.close()


class Stack:
    """Another stack, which serve-stack.ts starts and commands by the lab's drivers."""

    is_kernel = False

    def __init__(self, stack):
        self.id = stack
        self.process = subprocess.Popen(['node', '--import', 'tsx', f'{ROOT}/bench/explain/scenes/serve-stack.ts', stack], cwd=ROOT, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=dies_with_us)
        told = self.answer()
        self.name, self.address, self.peer, self.can_restart = told['name'], told['target'], told['tester'], told['restart']
        self.ports = itertools.count(6001)
        links = json.loads(sh('ip', '-j', 'addr'))
        self.link, self.peer_mac = next((one['ifname'], one['address']) for one in links
                                        if any(address.get('local') == self.peer for address in one['addr_info']))
        self.mac = json.loads(sh('ip', '-j', 'neigh', 'show', self.address, 'dev', self.link))[0]['lladdr']

    def answer(self):
        line = self.process.stdout.readline()
        told = json.loads(line) if line else {'error': f'{self.id} has ended'}
        if 'error' in told:
            raise RuntimeError(told['error'])
        return told

    def ask(self, call, *words):
        self.process.stdin.write(json.dumps([call, *words]) + '\n')
        self.process.stdin.flush()
        return self.answer().get('value')

    def listen(self, peer_port=0, reads=True, **_):
        """A listener for one connection, from that port."""
        port = self.ask('listen', peer_port, 'plain' if reads else 'closing window')
        return port, StackListener(self, port, peer_port)

    def connect(self, to, port, wait=True, local=0):
        return StackSocket(self, self.ask('connect', port))

    def restart(self):
        self.ask('restart')

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class StackListener:
    def __init__(self, stack, port, peer_port):
        self.stack, self.port, self.peer_port = stack, port, peer_port

    def accept(self):
        return StackSocket(self.stack, self.stack.ask('accept', self.peer_port)), None

    def abort(self):
        self.stack.ask('closeListener', self.port)

    close = abort


class StackSocket:
    """A connection of the stack. `received` says how many octets its TCP has acknowledged: it takes the place of reading them."""

    def __init__(self, stack, handle):
        self.stack, self.handle = stack, handle
        self.read, self.received = 0, None

    def send(self, octets):
        self.stack.ask('send', self.handle, len(octets))

    sendall = send

    def got(self, count):
        self.read += count
        until = time.monotonic() + 5
        while self.received() < self.read:
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(0.01)

    def half_close(self):
        self.stack.ask('shutdown', self.handle)

    def close(self):
        self.stack.ask('close', self.handle)

    def abort(self):
        self.stack.ask('abort', self.handle)
