"""IPv4 frames with TCP or ICMP: read into a dictionary, and built from one."""
import random, socket, struct

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def checksum(octets):
    if len(octets) % 2:
        octets += b'\0'
    total = sum(struct.unpack(f'!{len(octets) // 2}H', octets))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def parse(frame):
    """The segment of a frame, or its ICMP message; None for anything else."""
    if frame[12:14] != b'\x08\x00':
        return None
    ip = frame[14:]
    length = struct.unpack('!H', ip[2:4])[0]
    ends = {'src': socket.inet_ntoa(ip[12:16]), 'dst': socket.inet_ntoa(ip[16:20])}
    if ip[9] == 1:
        return {**ends, 'icmp': (ip[20], ip[21]), 'flags': 0, 'data': b'', 'sport': 0, 'dport': 0}
    if ip[9] != 6:
        return None
    tcp = ip[20:length]
    sport, dport, seq, ack, offset, flags, window = struct.unpack('!HHIIBBH', tcp[:16])
    options = tcp[20:(offset >> 4) * 4]
    stamp = options.find(b'\x08\x0a')
    return {
        **ends, 'sport': sport, 'dport': dport, 'seq': seq, 'ack': ack, 'flags': flags, 'window': window, 'data': tcp[(offset >> 4) * 4:],
        'stamps': struct.unpack('!II', options[stamp + 2:stamp + 10]) if stamp >= 0 else None, 'packet': ip[:length],
    }


def packet(src, dst, protocol, payload, ttl=64, ident=None):
    ident = random.randrange(1, 65536) if ident is None else ident
    header = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(payload), ident, 0x4000, ttl, protocol, 0) + socket.inet_aton(src) + socket.inet_aton(dst)
    return header[:10] + struct.pack('!H', checksum(header)) + header[12:] + payload


def segment(one, ttl, ident):
    data = one.get('data', b'')
    options = one.get('options', b'')
    if one.get('stamps'):
        options += b'\x01\x01\x08\x0a' + struct.pack('!II', *one['stamps'])
    tcp = struct.pack('!HHIIBBHHH', one['sport'], one['dport'], one['seq'] & 0xffffffff, one['ack'] & 0xffffffff,
                      (20 + len(options)) // 4 << 4, one['flags'], one.get('window', 500), 0, 0) + options + data
    ends = socket.inet_aton(one['src']) + socket.inet_aton(one['dst'])
    total = checksum(ends + struct.pack('!HH', 6, len(tcp)) + tcp)
    return packet(one['src'], one['dst'], 6, tcp[:16] + struct.pack('!H', total) + tcp[18:], ttl, ident)


def icmp(src, dst, kind, code, about, word=0):
    """An ICMP error about a packet, of which it quotes the first octets."""
    message = struct.pack('!BBHI', kind, code, 0, word) + about[:28]
    return packet(src, dst, 1, message[:2] + struct.pack('!H', checksum(message)) + message[4:])
