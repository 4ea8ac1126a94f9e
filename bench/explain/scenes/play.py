#!/usr/bin/env python3
"""Plays scenes whose cause is known, between this machine's TCP and a stack of the lab, and captures them at A, between, and at B.

    unshare -n python3 bench/explain/scenes/play.py FOLDER [--stack linux|lwip|gvisor|slirp] [--lossy] [--seed N] [SCENE...]

A relay joins the two ends. It delays each frame, and loses or reorders some. What each scene is about is written into
FOLDER/scenes.json: who did it, the cause, and which other causes look the same on the wire.
"""
import argparse, json, os

import kinds  # noqa: F401 (it declares the scenes)
from ends import OFFLOADS, ROOT, Kernel, Stack, sh
from relay import Relay
from stage import SCENES, Stage, ghost_of, pause

arguments = argparse.ArgumentParser()
arguments.add_argument('folder')
arguments.add_argument('scenes', nargs='*')
arguments.add_argument('--stack', default='linux')
arguments.add_argument('--lossy', action='store_true')
arguments.add_argument('--seed', type=int, default=1, help='of what is lost')
args = arguments.parse_intermixed_args()
os.makedirs(args.folder, exist_ok=True)

sh('cc', '-O1', '-o', OFFLOADS, f'{ROOT}/lib/lab/namespaces/offloads.c')
sh('ip', 'link', 'set', 'lo', 'up')
if args.stack == 'linux':
    a = Kernel('v1', '10.7.0.1', '02:00:00:00:07:01')
    b = Kernel('v2', '10.7.0.2', '02:00:00:00:07:02')
else:
    b = Stack(args.stack)
    a = Kernel('v1', b.peer, b.peer_mac)
    # This namespace has A's address too, for the upper tester's commands. Its own TCP must be silent.
    sh('ip', 'rule', 'add', 'pref', '1', 'ipproto', 'tcp', 'prohibit')
    # It answers address resolution for a host that is not there.
    sh('ip', 'addr', 'add', f'{ghost_of(a)}/32', 'dev', b.link)
for end, other in ((a, b), (b, a)):
    if end.is_kernel:
        end.meet(other.address, other.mac)
        end.meet(ghost_of(a), other.mac)
relay = Relay(a, b, args.lossy, args.seed)
relay.start()


def cast(one):
    """Who is the client. The stack does what is to be explained, wherever it can."""
    if not b.is_kernel and one['by'] == 'client':
        return b, a
    return a, b


def is_played(one):
    if args.scenes and one['name'] not in args.scenes:
        return False
    if args.lossy and not one['lossy'] or args.stack in one['without']:
        return False
    return b.is_kernel or one['only'] != 'kernel' and not (one['only'] == 'server' and one['by'] == 'client')


told = []
for one in filter(is_played, SCENES):
    client, server = cast(one)
    stage = Stage(relay, client, server)
    relay.begin(args.folder, one['name'])
    failed = None
    try:
        one['play'](stage)
        pause(0.5 if args.lossy else 0.3)
    except Exception as error:
        failed = repr(error)
    relay.end()
    resets = relay.resets
    relay.clear()
    stage.close()
    pause(0.1)
    by = (client if one['by'] == 'client' else server).address
    ends = {'c': client, 's': server}
    places = [{a: 'a', b: 'b'}.get(ends.get(place), '-') for place in one['places'] if not stage.knows_better or ends.get(place) is not stage.knows_better]
    kind, cause, *alike = one['unlike'].get(args.stack, (one['kind'], one['cause'], *one['alike']))
    told.append({'name': one['name'], 'cause': cause, 'alike': alike, 'by': by, 'kind': kind, 'places': places,
                 'resets': {place: resets.get(f'{place} {by}', 0) for place in 'a-b'}, 'about': one['about'], 'deviates': one['deviates'].get(args.stack), 'mayDeviate': one['may_deviate'].get(args.stack),
                 'failed': failed})
    print(one['name'], failed or '', flush=True)
with open(f'{args.folder}/scenes.json', 'w') as file:
    json.dump({'stack': b.name, 'scenes': told}, file, indent=1)
os.unlink(OFFLOADS)
for end in (a, b):
    end.stop()
