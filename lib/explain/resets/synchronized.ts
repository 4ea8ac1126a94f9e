import type { State } from '../../standard/state.ts';
import { ahead, hasHeardFin, statesOf } from '../end.ts';
import type { Cause, Form, Sign } from '../cause.ts';
import { causeOf } from '../icmp.ts';
import type { Answer, Found, Reset } from './reset.ts';
import { unexplained } from './unexplained.ts';

/*
 * RFC 793 3.4 group 3: the end that answers was in a synchronized state. Its user may have closed or aborted since, or its TCP may have
 * forgotten the connection.
 */

/** Text that arrived so shortly before, in seconds, may not have been read. */
const JUST_ARRIVED = 1;
/** Where the new text of the other end is looked for, in segments. */
const SEARCHED = 400;
/** A host that is silent for so long, in seconds, may be gone. */
const SILENT = 0.5;

export function synchronized(reset: Reset): Found {
  const { segments, end, peer } = reset;
  const states = reset.openStates;
  const fitting = reset.answer(end.fin > 0 ? end.finTime - reset.trip : undefined);
  // One with an ACK that it needs not is an ABORT rather.
  const answers = fitting?.form.right ? fitting : undefined;
  if (answers && segments.security(answers.at) !== peer.security) return reset.security(answers);
  const challenge = answers && reset.challenge(answers);
  if (challenge) {
    // It has begun anew on the same ports, or has closed by a reset that was not exact.
    const isAnew = challenge === 'challenge to a SYN';
    return {
      cause: isAnew ? 'half-open peer' : 'answer to a challenge ACK',
      candidates: ['forgotten'],
      states: isAnew ? ['SYN-SENT'] : ['CLOSED'],
      answers,
      decides: ['call of the user'],
    };
  }
  const form = reset.abortForm();
  const timeout = timedOut(reset, states, form);
  if (timeout) return timeout;
  const syn = reset.syn(answers);
  if (syn >= 0 && (answers?.at === syn || form || reset.hasAck))
    return {
      cause: 'SYN in the window',
      candidates: ['third party'],
      states,
      drawnBy: segments.number(syn),
      form: answers?.form ?? form,
      decides: ['capture at the sender'],
    };
  if (end.fin > 0) return afterItsFin(reset, states, answers, form);
  if (answers && (!form || reset.lacks().length > 0)) return forgotten(reset, answers);
  const text = form && reset.followsLostFin ? newText(reset, undefined) : -1;
  if (text >= 0)
    return {
      cause: 'text for a closed user',
      candidates: ['abort', 'third party'],
      states: ['FIN-WAIT-1', 'FIN-WAIT-2'],
      drawnBy: segments.number(text),
      form,
      decides: ['capture at the sender'],
    };
  if (form) return aborted(reset, states, form, fitting);
  return unexplained(reset, ['third party', 'abort']);
}

/** It had probed, or sent again, and nothing came back (RFC 9293 3.8.3, 3.8.4). An ICMP message may say why. */
function timedOut(reset: Reset, states: State[], form: Form | undefined): Found | undefined {
  const found = hasGivenUp(reset, states, form);
  const error = reset.following.errorAbout(reset.by, (reset.peer.ack - 1) | 0);
  if (!found || !error) return found;
  const { frame, from, mtu } = error;
  const { cause, candidates = [], signs = [] } = found;
  return {
    ...found,
    cause: causeOf(error),
    candidates: [cause, ...candidates],
    decides: ['sender of the ICMP message'],
    signs: [{ kind: 'ICMP', frame, from, ...(mtu > 0 ? { mtu } : {}) }, ...signs],
  };
}

function hasGivenUp({ time, end, peer }: Reset, states: State[], form: Form | undefined): Found | undefined {
  const isQuiet = peer.last < end.repeatSince || peer.first === 0;
  // Answers that came by here may not have arrived: then the reset comes when the next probe would have.
  const isDue =
    end.probesInARow >= 3 && Math.abs(time - end.probeTime - end.probeInterval) < 0.25 * end.probeInterval;
  const since = end.repeatSince;
  if ((end.probes >= 2 && isQuiet) || isDue)
    return {
      cause: 'end of keep-alives',
      candidates: ['user timeout', 'abort'],
      states,
      form,
      decides: ['call of the user'],
      signs: [{ kind: 'probes', times: Math.max(end.probes, end.probesInARow), since }],
    };
  if (end.repeats === 0 || !isQuiet || time - peer.lastTime <= SILENT) return undefined;
  const isMany = end.repeats >= 3;
  return {
    cause: isMany ? 'end of retransmissions' : 'user timeout',
    candidates: [isMany ? 'user timeout' : 'end of retransmissions', 'abort'],
    states,
    form,
    decides: ['call of the user'],
    signs: [{ kind: 'repeats', times: end.repeats, since }],
  };
}

/** Its user has closed: FIN-WAIT-1 to TIME-WAIT, or CLOSED since. */
function afterItsFin(
  reset: Reset,
  states: State[],
  answers: Answer | undefined,
  form: Form | undefined,
): Found {
  const { segments, end, peer } = reset;
  const finHeard = hasHeardFin(end, peer);
  const signs: Sign[] = [{ kind: 'FIN', frame: end.fin }];
  const text = finHeard ? -1 : newText(reset, answers);
  if (text >= 0 && (answers || form)) {
    const drawnBy = segments.number(text);
    return {
      cause: 'text for a closed user',
      candidates: ['abort', 'forgotten'],
      states: statesOf(end, peer, drawnBy).filter((state) => state !== 'CLOSED'),
      drawnBy,
      form: answers?.form ?? form,
      decides: ['call of the user'],
      signs,
    };
  }
  // What it answers came after text that nobody could read: the reset for that did not come by.
  const lost = answers && !finHeard ? newText(reset, undefined) : -1;
  if (answers && lost >= 0 && segments.data(answers.at) === 0)
    return {
      cause: 'text for a closed user',
      candidates: ['forgotten', 'abort'],
      states: ['CLOSED'],
      answers,
      decides: ['capture at the sender'],
      signs: [...signs, { kind: 'lost reset', text: segments.number(lost) }],
    };
  if (answers) {
    const both = peer.fin > 0;
    return {
      cause: both ? 'closed by FINs' : 'forgotten',
      candidates: both ? ['forgotten', 'third party'] : ['text for a closed user', 'abort'],
      states: ['CLOSED'],
      answers,
      decides: ['log of the host'],
      signs: both ? [{ kind: 'both FINs', own: end.fin, peer: peer.fin }] : signs,
    };
  }
  if (form)
    return {
      cause: 'abort',
      candidates: ['text for a closed user', 'close with unread text'],
      states,
      form,
      decides: ['call of the user'],
      signs,
    };
  return unexplained(reset, ['third party', 'closed by FINs']);
}

/** The newest text that its sender had not acknowledged, since its FIN may have left; -1 for none. */
function newText(reset: Reset, answer: Answer | undefined): number {
  const { segments, end } = reset;
  const isNew = (at: number) =>
    segments.data(at) > 0 && (!end.acked || ahead((segments.seq(at) + segments.data(at)) | 0, end.ack) > 0);
  if (answer) return isNew(answer.at) ? answer.at : -1;
  // Where its FIN has not come by, nobody knows when it was.
  const since = end.fin > 0 ? end.finTime - reset.trip : 0;
  for (const at of reset.arrivals(reset.patience, SEARCHED))
    if (isNew(at) && segments.time(at) >= since && !reset.isAnswered(at)) return at;
  return -1;
}

/** No TCB is left, though the connection was neither closed nor reset. */
function forgotten(reset: Reset, answers: Answer): Found {
  const { segments, end, peer, time } = reset;
  const idle = time - Math.max(end.lastTime, 0);
  const lacks = reset.lacks();
  const signs: Sign[] = [];
  if (lacks.length > 0) signs.push({ kind: 'bare', lacks });
  if (idle > 1) signs.push({ kind: 'idle', seconds: idle });
  // Nothing but the SYN,ACK has come from it: the handshake was never completed there.
  const onlySyn =
    end.synAck && end.last <= Math.max(end.syn, end.synAcked) && end.text === 0 && end.fin === 0;
  if (onlySyn && !(end.acked && ahead(end.ack, (peer.iss + 1) | 0) > 0))
    return {
      cause: 'full queue',
      candidates: ['listener gone', 'forgotten'],
      states: ['CLOSED', 'LISTEN'],
      answers,
      sure: 'cannot tell',
      decides: ['log of the host'],
      signs,
    };
  // A host restarts less often than a FIN is lost.
  const finLost = segments.data(answers.at) > 0 && idle < JUST_ARRIVED;
  return {
    cause: finLost ? 'text for a closed user' : 'forgotten',
    candidates: [finLost ? 'forgotten' : 'text for a closed user', 'abort', 'third party'],
    states: finLost ? ['FIN-WAIT-1', 'CLOSED'] : ['CLOSED'],
    answers,
    decides: ['log of the host'],
    signs,
  };
}

/** Its user has aborted, or has closed with text unread. */
function aborted(reset: Reset, states: State[], form: Form, fitting: Answer | undefined): Found {
  const { segments, at, end, peer } = reset;
  const octets = segments.data(at);
  const signs: Sign[] = [];
  if (octets > 0) signs.push({ kind: 'carries text', octets });
  if (fitting?.form.right) signs.push({ kind: 'answers before' });
  const others: Cause[] = fitting ? ['forgotten'] : [];
  if (peer.text === 0)
    return {
      cause: 'abort',
      candidates: [...others, 'third party'],
      states,
      form,
      decides: ['call of the user'],
      signs,
    };
  // What was read makes room: the window's right edge moves. Some move it before, so only one that stands says anything.
  const arrived = end.acked && ahead(end.ack, peer.textEnd) >= 0;
  const moved = ahead(end.edge, end.edgeBeforeText);
  const stood = arrived && end.rawWindow > 0 && moved <= ahead(peer.textEnd, peer.textSeq) / 2;
  if (stood) signs.push({ kind: 'window not moved', text: peer.text });
  const isSoon = reset.time - peer.textTime < JUST_ARRIVED;
  // An application that has answered has read. The reset of a close carries no text; that of a user's ABORT may.
  const hasAnswered = end.text > peer.text;
  const isUnread = isSoon && !hasHeardFin(end, peer) && octets === 0 && (stood || !hasAnswered);
  return {
    cause: isUnread ? 'close with unread text' : 'abort',
    candidates: [isUnread ? 'abort' : 'close with unread text', ...others],
    states,
    form,
    sure: 'cannot tell',
    decides: ['call of the user'],
    signs,
  };
}
