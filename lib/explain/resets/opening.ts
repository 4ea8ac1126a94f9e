import { ACK, SYN } from '../../wire/tcp.ts';
import { ahead } from '../end.ts';
import type { Answer, Found, Reset } from './reset.ts';
import { unexplained } from './unexplained.ts';

/* RFC 793 3.4 group 2: the end that answers is in SYN-SENT or SYN-RECEIVED. */

/** A SYN,ACK came later than this, in seconds, and its receiver may have given up. */
const LATE = 0.9;

/** SND.UNA < SEG.ACK =< SND.NXT, where only a SYN was sent. */
const isAcceptable = ({ segments, end }: Reset, { at }: Answer): boolean =>
  ahead(segments.ack(at), end.iss) > 0 && ahead(segments.ack(at), end.next) <= 0;

export function inSynSent(reset: Reset): Found {
  const { segments, end } = reset;
  const answers = reset.answer();
  if (!answers) {
    const form = reset.abortForm();
    if (!form) return unexplained(reset, ['third party', 'abort']);
    return {
      cause: 'abort',
      candidates: ['third party', 'given up in SYN-SENT'],
      states: ['SYN-SENT'],
      form,
      decides: ['call of the user'],
    };
  }
  const flags = segments.flags(answers.at);
  if (segments.security(answers.at) !== end.security) return reset.security(answers);
  if ((flags & ACK) === 0)
    return {
      cause: 'given up in SYN-SENT',
      candidates: ['third party'],
      states: ['CLOSED'],
      answers,
      decides: ['call of the user'],
    };
  if (!isAcceptable(reset, answers)) {
    const isSyn = (flags & SYN) !== 0;
    const unacceptable = 'unacceptable ACK in SYN-SENT';
    return {
      cause: isSyn ? unacceptable : 'half-open peer',
      candidates: [isSyn ? 'half-open peer' : unacceptable, 'given up in SYN-SENT'],
      states: ['SYN-SENT'],
      answers,
      decides: isSyn ? ['capture at the sender'] : ['earlier capture'],
      signs: isSyn ? [] : [{ kind: 'connection of the peer', frame: answers.frame }],
    };
  }
  // A SYN with the options of a whole TCP was sent by the kernel.
  const gaveUp = end.syns > 1 || segments.time(answers.at) - end.synTime > LATE || !end.synBare;
  return {
    cause: gaveUp ? 'given up in SYN-SENT' : 'unknown to the kernel',
    candidates: [
      gaveUp ? 'unknown to the kernel' : 'given up in SYN-SENT',
      ...(answers.form.right ? [] : ['abort' as const]),
    ],
    states: ['CLOSED'],
    answers,
    decides: ['call of the user'],
    signs: end.synBare ? [{ kind: 'SYN like a scan' }] : [],
  };
}

export function inSynReceived(reset: Reset): Found {
  const { segments, end, peer } = reset;
  const answers = reset.answer();
  if (answers && segments.security(answers.at) !== peer.security) return reset.security(answers);
  if (answers && segments.flags(answers.at) & ACK && !isAcceptable(reset, answers))
    return {
      cause: 'unacceptable ACK in SYN-RECEIVED',
      candidates: ['ACK in LISTEN', 'listener gone'],
      states: ['SYN-RECEIVED'],
      answers,
      decides: ['listeners of the host'],
    };
  const syn = reset.syn(answers);
  if (syn >= 0)
    return {
      cause: 'SYN in the window',
      candidates: ['third party'],
      states: ['SYN-RECEIVED'],
      drawnBy: segments.number(syn),
      answers,
      decides: ['capture at the sender'],
    };
  const form = reset.abortForm();
  if (!answers && end.syns > 2)
    return {
      cause: 'end of retransmissions',
      candidates: ['abort'],
      states: ['SYN-RECEIVED'],
      form,
      decides: ['call of the user'],
      signs: [{ kind: 'repeats', times: end.syns - 1, since: end.syn }],
    };
  if (!answers && !form) return unexplained(reset, ['third party', 'abort']);
  return {
    cause: answers ? 'listener gone' : 'abort',
    candidates: answers ? ['full queue', 'abort'] : ['listener gone', 'third party'],
    states: ['SYN-RECEIVED', 'CLOSED'],
    answers,
    form: answers?.form ?? form,
    decides: ['call of the user'],
  };
}
