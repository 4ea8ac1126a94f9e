import { ACK, SYN } from '../../wire/tcp.ts';
import { statesOf } from '../end.ts';
import { isAtEnd } from '../ending.ts';
import type { Sign } from '../cause.ts';
import type { Answer, Found, Reset } from './reset.ts';
import { malformedAnswer, unexplained } from './unexplained.ts';

/*
 * RFC 793 3.4 group 1: the connection does not exist at the end that answers. It never did as far as the capture tells, or a reset has
 * ended it.
 */

/** Its sender has sent nothing else in this capture. */
export function fromNobody(reset: Reset): Found {
  const { segments, following, peer } = reset;
  const answers = reset.answer();
  if (!answers) {
    if (!following.begunInTheMiddle && peer.first > 0) return unexplained(reset, ['third party']);
    return (
      malformedAnswer(reset) ?? {
        cause: 'abort',
        candidates: ['third party', 'never was'],
        states: ['ESTABLISHED'],
        sure: 'cannot tell',
        decides: ['earlier capture'],
        signs: [{ kind: 'capture begins' }],
      }
    );
  }
  const listens = reset.near.listens(reset.by);
  const signs = listens > 0 ? [{ kind: 'listens', frame: listens } as const] : [];
  const drew = segments.flags(answers.at) & (SYN | ACK);
  if (!answers.form.right && following.begunInTheMiddle) return fromTheDark(reset, answers, signs);
  if (drew === SYN && listens > 0)
    return {
      cause: 'full queue',
      candidates: ['listener gone', 'refused port', 'third party'],
      states: ['CLOSED', 'LISTEN'],
      answers,
      sure: 'cannot tell',
      decides: ['listeners of the host'],
      signs,
    };
  if (drew === SYN)
    return {
      cause: 'refused port',
      candidates: ['third party'],
      states: ['CLOSED'],
      answers,
      decides: ['packet filters on the way'],
    };
  if (drew & SYN)
    return {
      cause: 'never was',
      candidates: ['unknown to the kernel'],
      states: ['CLOSED', 'LISTEN'],
      answers,
      sure: following.begunInTheMiddle ? 'likely' : 'certain',
      decides: ['earlier capture'],
      signs,
    };
  if (listens > 0)
    return {
      cause: 'ACK in LISTEN',
      candidates: ['forgotten', 'never was'],
      states: ['LISTEN'],
      answers,
      decides: ['earlier capture', 'listeners of the host'],
      signs,
    };
  const hasText = segments.data(answers.at) > 0;
  return {
    cause: hasText ? 'forgotten' : 'never was',
    candidates: [hasText ? 'never was' : 'forgotten', 'ACK in LISTEN', 'closed by FINs'],
    states: ['CLOSED', 'LISTEN'],
    answers,
    sure: 'cannot tell',
    decides: ['earlier capture'],
    signs: [{ kind: 'capture begins' }],
  };
}

/** It has an ACK though it answers one: the reset of a TCP that always puts one in, or an ABORT of a connection of before. */
function fromTheDark({ segments }: Reset, answers: Answer, signs: readonly Sign[]): Found {
  const hasText = segments.data(answers.at) > 0;
  return {
    cause: signs.length > 0 ? 'ACK in LISTEN' : hasText ? 'abort' : 'never was',
    candidates: [...(hasText ? [] : ['abort' as const]), 'never was', 'forgotten', 'ACK in LISTEN'],
    states: ['CLOSED', 'LISTEN', 'ESTABLISHED'],
    answers,
    sure: 'cannot tell',
    decides: ['earlier capture'],
    signs: [...signs, { kind: 'capture begins' }],
  };
}

/** A reset has gone one way or the other before. */
export function afterReset(reset: Reset): Found {
  const { end, peer } = reset;
  const isOwn = end.reset > 0;
  const answers = reset.answer((isOwn ? end.resetTime : end.wasResetTime) - reset.trip);
  const before = [{ kind: 'reset before', frame: isOwn ? end.reset : end.wasReset } as const];
  if (isOwn && !answers && reset.seq === end.resetSeq)
    return {
      cause: 'sent again',
      states: ['CLOSED'],
      decides: ['capture at the sender'],
      signs: before,
    };
  if (answers) {
    const bothClosed = end.fin > 0 && peer.fin > 0 && end.finAcked > 0;
    // Where the capture was taken at its sender, nobody else can have sent the first one.
    const isHere = isAtEnd(end, peer);
    const closed = isOwn ? 'closed by its own reset' : "closed by the peer's reset";
    return {
      cause: reset.challenge(answers) ? 'answer to a challenge ACK' : closed,
      states: ['CLOSED'],
      answers,
      candidates: [
        ...(bothClosed ? ['closed by FINs' as const] : []),
        ...(answers.form.right ? [] : ['abort' as const]),
      ],
      sure: isOwn && !bothClosed && isHere && answers.form.right ? 'certain' : 'likely',
      decides: ['capture at the sender'],
      signs: before,
    };
  }
  const form = reset.abortForm();
  if (!isOwn && form)
    return {
      cause: 'abort',
      candidates: ["closed by the peer's reset", 'third party'],
      states: statesOf(end, peer),
      form,
      sure: 'cannot tell',
      decides: ['call of the user'],
      signs: before,
    };
  return unexplained(reset, ['closed by its own reset', 'third party']);
}
