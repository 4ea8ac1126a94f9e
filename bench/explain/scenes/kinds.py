"""The scenes. Each docstring says what makes the cause plain, or why some other cause looks the same."""
import socket, threading

import wire
from stage import pause, scene
from wire import ACK, FIN, PSH, RST, SYN

EMPTY = 'empty ACK'
NOTHING = ('none', 'nothing')
# lwIP puts an ACK into each reset. Where an ABORT could have the same fields, nobody can tell, and it is not accused.
NEEDLESS = 'the answer to a segment with ACK is <SEQ=SEG.ACK><CTL=RST> (RFC 9293 3.5.2): lwIP adds an ACK'
NOBODY = 5990  # no end listens on the ports around it


# Nobody is there

@scene('refused port')
def refused(stage):
    stage.port = NOBODY
    try:
        stage.connect(wait=stage.client.is_kernel)
    except OSError:
        pass
    pause()


@scene('never was', 'ACK in LISTEN', 'forgotten', lossy=False, only='server',
       unlike={'lwip': ('reset', 'never was', 'abort')})
def stray_ack(stage):
    """Whether somebody listens, or a connection was there before the capture began, is not on the wire."""
    stage.forge(stage.to_server(NOBODY, 3333))


@scene('never was', 'forgotten', lossy=False, only='server',
       unlike={'lwip': ('reset', 'never was', 'abort', 'forgotten')})
def stray_text(stage):
    """As before; who sends text believes that there is a connection."""
    stage.forge(stage.to_server(NOBODY, 3334, flags=ACK | PSH, data=b'hello'))


@scene('never was', lossy=False, only='server')
def backscatter(stage):
    stage.forge(stage.to_server(NOBODY, 80, flags=SYN | ACK))


@scene('ACK in LISTEN', lossy=False, only='server')
def ack_scan_of_a_listener(stage):
    """An earlier connection shows that the port listens."""
    stage.exchanged()
    stage.forge(stage.to_server(stage.port, 3335))


@scene('unknown to the kernel', 'given up in SYN-SENT', by='client', lossy=False, only='kernel')
def half_open_scan(stage):
    """A kernel that never knew, and one that has forgotten, send the same reset."""
    stage.listen()
    stage.forge(stage.to_server(stage.port, 3336, ack=0, flags=SYN, window=1024, options=b'\x02\x04\x05\xb4'))


@scene('given up in SYN-SENT', 'unknown to the kernel', by='client', lossy=False)
def closed_in_syn_sent(stage):
    stage.listen()
    one = stage.connect(wait=False)
    pause(0.005)
    one.close()


@scene('given up in SYN-SENT', 'unknown to the kernel', by='client', lossy=False)
def given_up_late(stage):
    stage.listen()
    stage.lose_first(lambda s: stage.from_server(s) and s['flags'] & SYN)
    one = stage.connect(wait=False)
    pause(1.01)
    one.close()
    pause(1.2)


# After the end

@scene('closed by its own reset', resets=2, without=('lwip',))
def text_after_reset(stage):
    """lwIP's upper tester cannot abort."""
    client, server = stage.exchanged()
    server.abort()
    client.send(b'crosses')
    pause()


@scene("closed by the peer's reset", lossy=False)
def after_peers_reset(stage):
    client, server = stage.exchanged()
    numbers = stage.of(stage.client)
    client.abort()
    pause()
    stage.forge({**numbers, 'flags': ACK | PSH, 'data': b'old'})


@scene('closed by FINs', lossy=False,
       deviates={'lwip': NEEDLESS})
def after_both_fins(stage):
    client, server = stage.exchanged()
    client.close()
    pause()
    server.close()
    pause()
    stage.forge({**stage.of(stage.client), 'flags': ACK})


@scene('closed by FINs', lossy=False,
       deviates={'lwip': NEEDLESS})
def old_text_after_both_fins(stage):
    client, server = stage.exchanged()
    client.close()
    pause()
    server.close()
    pause()
    now = stage.of(stage.client)
    stage.forge({**now, 'seq': now['seq'] - 30, 'flags': ACK | PSH, 'data': b'o' * 20})


@scene('forgotten', lossy=False, without=('slirp',),
       unlike={'lwip': ('reset', 'forgotten', 'abort', 'close with unread text')})
def restarted_server(stage):
    client, server = stage.exchanged()
    stage.forget(stage.server, server)
    client.send(b'still there?')
    pause()


@scene('forgotten', by='client', lossy=False, without=('slirp',),
       unlike={'lwip': ('reset', 'forgotten', 'abort', 'close with unread text')})
def restarted_client(stage):
    client, server = stage.exchanged()
    stage.forget(stage.client, client)
    server.send(b'still there?')
    pause()


@scene('half-open peer', 'unacceptable ACK in SYN-SENT', by='client', lossy=False, only='kernel')
def half_open(stage):
    """RFC 9293 figure 9."""
    client, server = stage.exchanged()
    port = client.getsockname()[1]
    stage.forget(stage.client, client)
    stage.connect(local=port)


@scene('answer to a challenge ACK', 'forgotten', 'closed by its own reset', by='client', lossy=False, only='kernel')
def abort_that_was_not_exact(stage):
    client, server = stage.exchanged()
    now = stage.of(stage.client)
    stage.lose(lambda s: stage.from_client(s) and s['flags'] & RST and s['window'] != 777)
    client.abort()
    pause()
    stage.lose()
    stage.forge({**now, 'seq': now['seq'] + 10, 'flags': RST, 'window': 777, 'stamps': None})


# Opening

@scene('full queue', 'SYN unanswered', kind='SYN unanswered', lossy=False, only='kernel')
def full_accept_queue(stage):
    """A SYN that was lost is not answered either."""
    stage.listen(0)
    stage.connect()
    pause()
    stage.connect(wait=False, local=0)
    pause(2.3)


@scene('full queue', 'listener gone', lossy=False, only='kernel')
def reset_by_full_queue(stage):
    """The third ACK finds no connection: its listener has no room, or has gone. The wire has the same."""
    stage.server.sysctl('net.ipv4.tcp_abort_on_overflow', 1)
    stage.listen(2)
    for _ in range(2):
        stage.connect()
    pause()
    for _ in range(2):
        stage.connect(wait=False)
    pause(0.3)
    stage.server.sysctl('net.ipv4.tcp_abort_on_overflow', 0)


@scene('listener gone', 'full queue', lossy=False, only='kernel')
def listener_closes(stage):
    """As before, the other way round."""
    stage.listen()
    stage.lose(lambda s: stage.from_client(s) and not s['flags'] & SYN)
    client = stage.connect()
    stage.listener.close()
    pause()
    stage.lose()
    client.send(b'anybody?')
    pause()


@scene('SYN unanswered', kind='SYN unanswered', lossy=False, places='c')
def black_hole(stage):
    stage.lose(stage.from_client)
    stage.port = NOBODY
    stage.connect(wait=False)
    pause(1.3)


@scene('unacceptable ACK in SYN-SENT', by='client', lossy=False, places='c',
       deviates={'lwip': NEEDLESS})
def wrong_ack_in_syn_sent(stage):
    stage.listen()
    stage.lose(lambda s: stage.from_client(s) and s['flags'] & SYN)
    stage.connect(wait=False)
    sent = stage.sent(stage.client)
    stage.forge({'src': stage.server.address, 'dst': stage.client.address, 'sport': stage.port, 'dport': sent['sport'], 'seq': 5,
                 'ack': sent['seq'] + 9, 'flags': SYN | ACK})


@scene('unacceptable ACK in SYN-RECEIVED', lossy=False, only='server',
       deviates={'lwip': NEEDLESS})
def wrong_ack_in_syn_received(stage):
    stage.listen()
    ghost = stage.to_server(stage.port, 3338, src=stage.ghost)
    stage.forge({**ghost, 'ack': 0, 'flags': SYN})
    sent = stage.sent(stage.server, stage.port)
    pause()
    stage.forge({**ghost, 'seq': 2, 'ack': sent['seq'] + 50, 'flags': ACK})


# The user closes or aborts

@scene('close with unread text', 'abort')
def unread_text(stage):
    """Calls cannot be seen: an ABORT with text unread is the same."""
    client, server = stage.pair(reads=False)
    client.send(b'x' * 800)
    pause()
    server.close()
    pause()


@scene('close with unread text', 'abort', by='client', only='kernel')
def unread_by_client(stage):
    client, server = stage.pair()
    server.send(b'x' * 5000)
    pause()
    client.close()


@scene('abort', 'close with unread text')
def abort_idle(stage):
    """Text that was read, and text that was not, look alike where no window update follows."""
    client, server = stage.exchanged()
    pause(1.3)
    server.abort()


@scene('abort', 'close with unread text', by='client')
def abort_by_client(stage):
    client, server = stage.exchanged()
    pause(1.3)
    client.abort()


@scene('abort')
def abort_without_text(stage):
    client, server = stage.pair()
    pause()
    server.abort()


@scene('abort', 'close with unread text')
def abort_in_close_wait(stage):
    client, server = stage.exchanged()
    client.half_close()
    pause()
    server.abort()


@scene('abort', 'close with unread text', 'text for a closed user')
def abort_in_fin_wait_2(stage):
    client, server = stage.exchanged()
    server.half_close()
    pause(1.3)
    server.abort()


@scene('abort', 'close with unread text', 'end of retransmissions', 'user timeout', lossy=False)
def abort_with_text_in_flight(stage):
    client, server = stage.exchanged()
    stage.lose(stage.from_client)
    server.send(b'unacknowledged')
    pause(0.1)
    server.abort()


@scene('text for a closed user')
def text_after_close(stage):
    client, server = stage.exchanged()
    server.close()
    pause()
    client.send(b'late')
    pause()


@scene('text for a closed user')
def text_crosses_close(stage):
    client, server = stage.exchanged()
    server.close()
    client.send(b'crosses')
    pause()


@scene('text for a closed user', by='client')
def text_for_closed_client(stage):
    client, server = stage.exchanged()
    client.close()
    pause()
    server.send(b'late' * 100)
    pause()


# Nobody answers

@scene('end of keep-alives', 'user timeout', lossy=False, only='kernel')
def keep_alives_end(stage):
    client, server = stage.exchanged()
    for option, value in ((4, 1), (5, 1), (6, 3)):
        server.setsockopt(socket.IPPROTO_TCP, option, value)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    stage.lose(stage.from_client)
    pause(5)


@scene('end of retransmissions', 'user timeout', lossy=False, only='kernel')
def user_timeout(stage):
    """TCP_USER_TIMEOUT ends the retransmissions: which of the two it was is not on the wire."""
    client, server = stage.exchanged()
    server.setsockopt(socket.IPPROTO_TCP, 18, 2000)
    stage.lose(lambda s: stage.from_client(s) or s['flags'] & FIN)
    server.send(b'anybody?')
    pause(4)


# Empty ACKs

@scene('challenge to a SYN', kind=EMPTY, lossy=False,
       unlike={'slirp': ('reset', 'SYN in the window')})
def syn_in_the_window(stage):
    """libslirp does as RFC 793 asks."""
    client, server = stage.exchanged()
    now = stage.of(stage.client)
    stage.forge({**now, 'seq': now['seq'] + 100, 'ack': 0, 'flags': SYN, 'stamps': None})


@scene('challenge to a reset', kind=EMPTY, lossy=False,
       unlike={'gvisor': NOTHING, 'slirp': NOTHING})
def reset_in_the_window(stage):
    """Without the check of RFC 5961, any reset in the window ends the connection, and nothing answers it."""
    client, server = stage.exchanged()
    now = stage.of(stage.client)
    stage.forge({**now, 'seq': now['seq'] + 100, 'flags': RST, 'stamps': None})


@scene('ACK of octets never sent', kind=EMPTY, lossy=False, unlike={'gvisor': ('silence', 'no reply')},
       deviates={'gvisor': 'an ACK of octets never sent gets an empty ACK (RFC 9293 3.10.7.4 fifth): gVisor is silent'})
def ack_of_nothing(stage):
    """The connection goes on afterwards: a silence is seen, too."""
    client, server = stage.exchanged()
    now = stage.of(stage.client)
    stage.forge({**now, 'ack': now['ack'] + 5000})
    pause(0.7)
    client.send(b'and on')
    server.got(6)


@scene('old timestamp', kind=EMPTY, lossy=False, without=('lwip', 'slirp', 'gvisor'))
def old_timestamp(stage):
    """Debian's lwIP and libslirp have no timestamps, and its gVisor takes old ones."""
    client, server = stage.exchanged()
    now = stage.of(stage.client)
    stage.forge({**now, 'flags': ACK | PSH, 'data': b'old', 'stamps': (now['stamps'][0] - 90_000, now['stamps'][1])})


@scene('outside the window', kind=EMPTY, lossy=False)
def outside_the_window(stage):
    client, server = stage.exchanged()
    now = stage.of(stage.client)
    stage.forge({**now, 'seq': now['seq'] + (1 << 29), 'flags': ACK | PSH, 'data': b'far'})


@scene('old text', kind=EMPTY, lossy=False)
def old_text(stage):
    client, server = stage.exchanged()
    now = stage.of(stage.client)
    stage.forge({**now, 'seq': now['seq'] - 100, 'flags': ACK | PSH, 'data': b'o' * 50})


@scene('keep-alive', kind=EMPTY, lossy=False)
def keep_alive(stage):
    client, server = stage.exchanged()
    now = stage.of(stage.client)
    stage.forge({**now, 'seq': now['seq'] - 1})


@scene('keep-alive', kind=EMPTY, lossy=False, only='server')
def keep_alive_of_a_kernel(stage):
    client, server = stage.exchanged()
    client.setsockopt(socket.IPPROTO_TCP, 4, 1)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    pause(1.4)


@scene('beyond a gap', kind=EMPTY, lossy=False)
def text_behind_a_gap(stage):
    client, server = stage.exchanged()
    stage.lose_first(lambda s: stage.from_client(s) and len(s['data']) > 0)
    client.send(b'x' * 12000)
    server.got(12000)


@scene('FIN again', kind=EMPTY, by='client', lossy=False, places='c')
def fin_again(stage):
    client, server = stage.exchanged()
    client.close()
    pause()
    stage.lose_first(lambda s: stage.from_client(s) and s['flags'] == ACK)
    server.close()
    pause(1.8)


# ICMP: a router between the ends says why nothing comes back

def open_and_hear(stage, kind, code):
    """A SYN is lost, and a router says why."""
    stage.listen()
    stage.lose(stage.from_client)
    stage.connect(wait=False, local=0)
    sent = stage.sent(stage.client)
    pause(0.03)
    stage.relay.forge(wire.icmp(stage.ghost, stage.client.address, kind, code, sent['packet']), at='middle')
    pause(1.2)


@scene('host unreachable', kind='SYN unanswered', lossy=False, only='server', places='c')
def no_such_host(stage):
    open_and_hear(stage, 3, 1)


@scene('port unreachable', kind='SYN unanswered', lossy=False, only='server', places='c')
def refused_by_a_filter(stage):
    open_and_hear(stage, 3, 3)


@scene('administratively prohibited', kind='SYN unanswered', lossy=False, only='server', places='c')
def prohibited_by_a_router(stage):
    open_and_hear(stage, 3, 13)


@scene('time exceeded', kind='SYN unanswered', lossy=False, only='server', places='c')
def loop_of_routers(stage):
    open_and_hear(stage, 11, 0)


@scene('host unreachable', kind='unacknowledged', lossy=False, only='server', places='c')
def way_is_cut(stage):
    client, server = stage.exchanged()
    stage.lose(stage.from_client)
    client.send(b'anybody?')
    pause(0.03)
    stage.relay.forge(wire.icmp(stage.ghost, stage.client.address, 3, 1, stage.relay.last[stage.key(stage.client)]['packet']), at='middle')
    pause(1)


@scene('no acknowledgment', kind='unacknowledged', lossy=False, only='server', places='c')
def way_is_cut_in_silence(stage):
    client, server = stage.exchanged()
    stage.lose(stage.from_client)
    client.send(b'anybody?')
    pause(3)


@scene('black hole', 'no acknowledgment', kind='unacknowledged', lossy=False, only='server', places='c')
def link_too_small(stage):
    """A host that is gone just then looks the same."""
    client, server = stage.exchanged()
    stage.lose(lambda s: len(s['data']) > 1000)
    client.send(b'x' * 4000)
    pause(3)


# A third party

@scene('third party', lossy=False, places='c-')
def injected_resets(stage):
    client, server = stage.exchanged()
    client_now, server_now = stage.of(stage.client), stage.of(stage.server)
    stage.forge({**server_now, 'flags': RST, 'ack': 0, 'stamps': None}, at='middle', ttl=250)
    stage.forge({**client_now, 'flags': RST, 'ack': 0, 'stamps': None}, at='middle', ttl=250)


@scene('third party', lossy=False, places='c-')
def injected_reset_that_misses(stage):
    client, server = stage.exchanged()
    now = stage.of(stage.server)
    stage.forge({**now, 'seq': now['seq'] - 100_000, 'flags': RST | ACK, 'stamps': None}, at='middle', ttl=64)
    pause(0.3)
    server.send(b'I am still here')
    client.got(15)


@scene('third party', 'refused port', 'full queue', lossy=False, places='c-', only='server')
def reset_by_a_firewall(stage):
    """A firewall that copies the host's reset well cannot be told from it, except by its distance."""
    stage.exchanged()
    stage.lose(lambda s: stage.from_client(s) and s['flags'] & SYN)
    stage.connect(wait=False, local=3339)
    sent = stage.sent(stage.client, 3339)
    stage.forge({'src': stage.server.address, 'dst': stage.client.address, 'sport': stage.port, 'dport': 3339, 'seq': 0,
                 'ack': sent['seq'] + 1, 'flags': RST | ACK, 'window': 0}, at='middle', ttl=250)


# Nothing to explain

@scene('nothing', kind='none', may_deviate={'lwip': NEEDLESS})
def closed_orderly(stage):
    client, server = stage.exchanged()
    client.close()
    pause()
    server.close()


@scene('nothing', kind='none', may_deviate={'lwip': NEEDLESS})
def closed_at_once(stage):
    client, server = stage.exchanged()
    client.half_close()
    server.half_close()
    pause()
    client.close()
    server.close()


@scene('nothing', kind='none', may_deviate={'lwip': NEEDLESS})
def bulk(stage):
    client, server = stage.pair()
    thread = threading.Thread(target=lambda: (client.sendall(b'b' * 60_000), client.half_close()))
    thread.start()
    server.got(60_000)
    thread.join()
    server.close()


@scene('nothing', kind='none', lossy=False)
def text_without_ack(stage):
    """It is dropped, and nothing is due (RFC 9293 3.10.7.4 fifth)."""
    client, server = stage.exchanged()
    now = stage.of(stage.client)
    stage.forge({**now, 'flags': PSH, 'ack': 0, 'data': b'bare', 'stamps': None})


@scene('nothing', kind='none', lossy=False)
def retransmitted(stage):
    client, server = stage.exchanged()
    stage.lose_first(lambda s: stage.from_client(s) and len(s['data']) > 0)
    client.send(b'twice')
    server.got(5)
    client.close()
    pause()
    server.close()
