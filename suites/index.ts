/** Every suite, in the order of `list` and `run`: the RFC's three groups of states, then cases of several steps. */
import type { Suite } from '../lib/catalogue/suite.ts';
import aborted from './1-closed/aborted.ts';
import closedByFins from './1-closed/closed-by-fins.ts';
import neverOpened from './1-closed/never-opened.ts';
import listen from './2-non-synchronized/listen.ts';
import synReceivedActive from './2-non-synchronized/syn-received-active.ts';
import synReceivedPassive from './2-non-synchronized/syn-received-passive.ts';
import synSent from './2-non-synchronized/syn-sent.ts';
import closeWait from './3-synchronized/close-wait.ts';
import closing from './3-synchronized/closing.ts';
import established from './3-synchronized/established.ts';
import finWait1 from './3-synchronized/fin-wait-1.ts';
import finWait2 from './3-synchronized/fin-wait-2.ts';
import lastAck from './3-synchronized/last-ack.ts';
import timeWait from './3-synchronized/time-wait.ts';
import closes from './figures/closes.ts';
import halfOpen from './figures/half-open.ts';
import handshakes from './figures/handshakes.ts';
import oldDuplicates from './figures/old-duplicates.ts';
import ackCounts from './ladders/ack-counts.ts';
import acknowledgments from './ladders/acknowledgments.ts';
import addresses from './ladders/addresses.ts';
import ecn from './ladders/ecn.ts';
import errorReports from './ladders/error-reports.ts';
import givingUp from './ladders/giving-up.ts';
import icmp from './ladders/icmp.ts';
import idle from './ladders/idle.ts';
import isn from './ladders/isn.ts';
import keepAlive from './ladders/keep-alive.ts';
import mss from './ladders/mss.ts';
import pending from './ladders/pending.ts';
import queues from './ladders/queues.ts';
import reassembly from './ladders/reassembly.ts';
import reopening from './ladders/reopening.ts';
import retransmission from './ladders/retransmission.ts';
import segmentSizes from './ladders/segment-sizes.ts';
import sideBySide from './ladders/side-by-side.ts';
import waysIntoTimeWait from './ladders/time-wait.ts';
import timestamps from './ladders/timestamps.ts';
import twice from './ladders/twice.ts';
import unreadText from './ladders/unread-text.ts';
import userActs from './ladders/user-acts.ts';
import users from './ladders/users.ts';
import window from './ladders/window.ts';

export const SUITES: readonly Suite[] = [
  ...[aborted, closedByFins, neverOpened],
  ...[listen, synReceivedActive, synReceivedPassive, synSent],
  ...[closeWait, closing, established, finWait1, finWait2, lastAck, timeWait],
  ...[closes, halfOpen, handshakes, oldDuplicates],
  ...[
    ackCounts,
    acknowledgments,
    addresses,
    ecn,
    errorReports,
    givingUp,
    icmp,
    idle,
    isn,
    keepAlive,
    mss,
    pending,
    queues,
    reassembly,
    reopening,
    retransmission,
    segmentSizes,
    sideBySide,
  ],
  ...[waysIntoTimeWait, timestamps, twice, unreadText, userActs, users, window],
];
