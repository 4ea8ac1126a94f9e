"""kernel-on-a-tap.py TAP ADDRESS LINES.PY: this machine's kernel in a namespace of its own as a stack behind a tap; its application takes lines."""
import ctypes, fcntl, os, select, struct, subprocess, sys

TUNSETIFF, TAP_WITHOUT_HEADER, CLONE_NEWNET = 0x400454CA, 0x1002, 0x40000000
tap, address, application = sys.argv[1:]

def opened(name):
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), TAP_WITHOUT_HEADER))
    return device

outside = opened(tap)
if ctypes.CDLL(None).unshare(CLONE_NEWNET) != 0: sys.exit("unshare")
inside = opened("own0")
for words in ("link set lo up", "link set own0 up", f"addr add {address}/24 dev own0"):
    subprocess.run(["ip", *words.split()], check=True)
if os.fork() == 0: os.execvp("python3", ["python3", application, address])
os.close(0)
while True:
    for device in select.select([outside, inside], [], [])[0]:
        os.write(inside if device == outside else outside, os.read(device, 65536))
