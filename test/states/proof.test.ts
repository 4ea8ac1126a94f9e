import { expect } from 'chai';
import type { State } from '../../lib/standard/state.ts';
import type { Handle } from '../../lib/target/driver.ts';
import { Connection, type Proof, prove } from '../../lib/states/index.ts';
import { UpperTesterRefused } from '../../lib/target/testability/exchange.ts';
import { gt } from '../../lib/wire/seq.ts';
import { type Sent, segment } from '../tester/memory-link.ts';
import { TIMING, type World, world } from './scripted-target.ts';

/** A connection whose stimulus was just sent. */
interface Scene extends World {
  readonly connection: Connection;
  prove(): Promise<Proof>;
}

const ISS = 5000;

function scene(
  state: State,
  stimulus: string,
  { handle = false, listening = false, greets = false, isHasty = false, isBrief = false } = {},
): Scene {
  const made = world();
  const { link, tester, environment } = made;
  const mailbox = tester.open(4);
  const connection = new Connection(mailbox, 80, 100);
  Object.assign(connection, { rcvNxt: 101, rcvWnd: 1000, iss: ISS, sndUna: ISS + 1, sndNxt: ISS + 1 });
  if (state === 'LISTEN' || state === 'SYN-SENT') Object.assign(connection, { rcvNxt: 100 });
  if (['FIN-WAIT-1', 'CLOSING', 'LAST-ACK'].includes(state)) {
    link.arrive(`<SEQ=${ISS + 1}><ACK=101><CTL=FIN,ACK>`, mailbox.port);
    connection.absorb();
  }
  if (state === 'LAST-ACK') connection.transmit(segment(`<SEQ=100><ACK=${ISS + 1}><CTL=FIN,ACK>`));
  const mark = mailbox.log.length;
  const sent = segment(stimulus);
  connection.transmit(sent);
  return {
    ...made,
    connection,
    async prove() {
      const subject = { connection, listening, state, stimulus: sent, mark, greets, isHasty, isBrief };
      const proof = await prove(environment, handle ? { ...subject, handle: { socketId: 1 } } : subject);
      await tester.close();
      return proof;
    },
  };
}

/** Proves the state while the target sends a segment every 10 ms, as its timer would. */
async function proveWhileSent(made: Scene, again: string): ReturnType<Scene['prove']> {
  const timer = setInterval(() => made.link.arrive(again, made.connection.mailbox.port), 10);
  try {
    return await made.prove();
  } finally {
    clearInterval(timer);
  }
}

const ACK = `<SEQ=${ISS + 1}><ACK=101><CTL=ACK>`;

/** Acknowledges everything at once, and accepts text in order where the state does so. */
function living({ rcvNxt = 101, sndNxt = ISS + 1, takes = true } = {}): World['link']['script'] {
  let next = rcvNxt;
  return ({ segment: { seq, data } }) => {
    if (takes && seq === next) next += data;
    return [`<SEQ=${sndNxt}><ACK=${next}><CTL=ACK>`];
  };
}

describe('the state after', () => {
  it('is CLOSED where an acknowledgment out of nowhere is reset', async () => {
    const closed = scene('CLOSED', '<SEQ=1><CTL=SYN>');
    closed.link.script = ({ segment: { ack } }) => [`<SEQ=${ack}><CTL=RST>`];
    expect(await closed.prove()).to.include({ state: 'CLOSED' });
    const wrong = scene('CLOSED', '<SEQ=1><CTL=RST>');
    wrong.link.script = ({ segment: { ack } }) => [`<SEQ=${ack + 1}><CTL=RST>`];
    expect(await wrong.prove(), 'a reset with a wrong number').to.include({ state: 'CLOSED' });
    const silent = scene('CLOSED', '<SEQ=1><CTL=SYN>');
    expect(await silent.prove()).to.include({ state: 'unknown' });
    const there = scene('CLOSED', '<SEQ=101><CTL=FIN>');
    Object.assign(there.environment, { silentClosed: [4] });
    there.link.script = () => [ACK];
    expect((await there.prove()).how).to.deep.equal(['stray ACK acknowledged']);
  });

  it('is LISTEN where a new SYN is answered as the first', async () => {
    const listen = scene('LISTEN', '<SEQ=100><ACK=1><CTL=ACK>', { listening: true });
    listen.link.script = ({ segment: { ctl, seq } }) =>
      ctl.has('SYN') ? [`<SEQ=9><ACK=${seq + 1}><CTL=SYN,ACK>`] : [];
    expect(await listen.prove()).to.include({ state: 'LISTEN' });
    for (const answer of [(seq: number) => `<SEQ=9><ACK=${seq}><CTL=SYN,ACK>`, () => '<SEQ=9><CTL=SYN>']) {
      const wrong = scene('LISTEN', '<SEQ=100><ACK=1><CTL=ACK>', { listening: true });
      wrong.link.script = ({ segment: { ctl, seq } }) => (ctl.has('SYN') ? [answer(seq)] : []);
      expect((await wrong.prove()).state, 'a SYN,ACK with wrong numbers').to.equal('LISTEN');
    }
    const other = scene('LISTEN', '<SEQ=100><ACK=1><CTL=ACK>', { listening: true });
    other.link.script = ({ segment: { ctl } }) => (ctl.has('SYN') ? ['<SEQ=9><ACK=101><CTL=SYN,ACK>'] : []);
    expect((await other.prove()).state, 'the SYN,ACK of another SYN').to.equal('unknown');
    const gone = scene('LISTEN', '<SEQ=100><ACK=1><CTL=ACK>', { listening: true });
    gone.link.script = ({ segment: { seq } }) => [`<SEQ=0><ACK=${seq + 1}><CTL=RST,ACK>`];
    expect(await gone.prove()).to.include({ state: 'CLOSED' });
  });

  it('is SYN-SENT where a right SYN,ACK is acknowledged', async () => {
    const synSent = scene('SYN-SENT', '<SEQ=100><CTL=RST>');
    synSent.link.script = ({ segment: { ctl, seq } }) =>
      ctl.has('SYN') ? [`<SEQ=${ISS + 1}><ACK=${seq + 1}><CTL=ACK>`] : [];
    expect(await synSent.prove()).to.include({ state: 'SYN-SENT' });
  });

  it('is ESTABLISHED where old text is acknowledged, and CLOSED where it is reset', async () => {
    const alive = scene('ESTABLISHED', '<SEQ=101><CTL=RST>');
    alive.link.script = living();
    expect(await alive.prove()).to.include({ state: 'ESTABLISHED', rcvNxt: 101, sndNxt: ISS + 1 });
    const reset = scene('ESTABLISHED', '<SEQ=101><CTL=RST>');
    reset.link.script = ({ segment: { ack } }) => [`<SEQ=${ack}><CTL=RST>`];
    expect(await reset.prove()).to.include({ state: 'CLOSED' });
  });

  it('is CLOSE-WAIT where the FIN of the stimulus was taken', async () => {
    const half = scene('ESTABLISHED', `<SEQ=101><ACK=${ISS + 1}><CTL=FIN,ACK>`);
    half.link.script = living({ rcvNxt: 102, takes: false });
    expect(await half.prove()).to.include({ state: 'CLOSE-WAIT' });
  });

  it('is told by text of its user also where earlier text fills the window meanwhile', async () => {
    const sending = scene('ESTABLISHED', '<SEQ=101><CTL=RST>', { handle: true });
    const { driver, link, connection } = sending;
    const text = `<SEQ=${ISS + 1}><ACK=101><CTL=ACK><DATA=1000>`;
    let acknowledged = 0;
    const answer = living({ sndNxt: ISS + 1001 });
    link.script = (sent) => {
      const isFirst = acknowledged === 0;
      acknowledged = sent.segment.ack;
      if (!isFirst) return answer(sent);
      // Both are read in one turn.
      for (const one of [ACK, text]) link.arrive(one, connection.mailbox.port);
      return [];
    };
    let isRoom: boolean | undefined;
    driver.send = async () => {
      isRoom ??= acknowledged === ISS + 1001;
      if (isRoom) link.arrive(`<SEQ=${ISS + 1001}><ACK=101><CTL=ACK,PSH><DATA=1>`, connection.mailbox.port);
    };
    expect(await sending.prove()).to.include({ state: 'ESTABLISHED' });
    expect(isRoom).to.equal(true);
  });

  it('is told by text that its user can send where old text is not answered', async () => {
    const mute = scene('CLOSE-WAIT', '<SEQ=101><CTL=URG>', { handle: true });
    const { driver, link, connection } = mute;
    driver.send = async () =>
      link.arrive(`<SEQ=${ISS + 1}><ACK=101><CTL=ACK,PSH><DATA=1>`, connection.mailbox.port);
    expect((await mute.prove()).how).to.deep.equal(['old text unanswered', 'user sends']);
  });

  it('is CLOSED where the LISTEN behind it gives every connection the same ISS, and SYN-SENT where only this one has it', async () => {
    const afterReset = () => scene('ESTABLISHED', '<SEQ=101><CTL=RST>', { listening: true });
    const opens = ({ segment: { seq, ctl } }: Sent, iss: number): string[] =>
      ctl.has('SYN') ? [`<SEQ=${iss}><ACK=${seq + 1}><CTL=SYN,ACK>`] : [];
    const constant = afterReset();
    constant.link.script = (sent) => opens(sent, ISS);
    expect(await constant.prove()).to.include({ state: 'CLOSED' });
    const own = afterReset();
    own.link.script = (sent) => opens(sent, sent.from === own.connection.mailbox.port ? ISS : ISS + 7000);
    expect(await own.prove()).to.include({ state: 'SYN-SENT' });
  });

  it('is LAST-ACK where an ACK of nothing new ends the connection, as if it were that of a FIN', async () => {
    const ended = scene('ESTABLISHED', `<SEQ=101><ACK=${ISS + 1}><CTL=FIN,ACK>`, { handle: true });
    const { driver, link } = ended;
    let isGone = false;
    link.script = ({ segment: { seq, ack, data } }) => {
      if (isGone) return [`<SEQ=${ack}><CTL=RST>`];
      isGone = seq === 102 && data === 0;
      return data > 0 ? [`<SEQ=${ISS + 1}><ACK=102><CTL=ACK>`] : [];
    };
    driver.send = async () => {
      if (isGone) throw new Error('there is no such connection');
    };
    const { state, how } = await ended.prove();
    expect(state).to.equal('LAST-ACK');
    expect(how.at(-1)).to.equal('ACK of nothing new ends it');
  });

  it('is unknown where nothing is answered', async () => {
    expect(await scene('ESTABLISHED', '<SEQ=101><CTL=URG>').prove()).to.include({ state: 'unknown' });
  });

  describe('by the FIN that is sent again', () => {
    const again = `<SEQ=${ISS + 1}><ACK=101><CTL=FIN,ACK>`;
    const acked = `<SEQ=101><ACK=${ISS + 2}><CTL=ACK>`;

    /** CLOSED when its FIN is acknowledged. */
    function lastAck(): World['link']['script'] {
      let isGone = false;
      return ({ segment: { ack, data } }) => {
        if (isGone) return [`<SEQ=${ack}><CTL=RST>`];
        isGone = ack === ISS + 2;
        return data > 0 ? [`<SEQ=${ISS + 2}><ACK=101><CTL=ACK>`] : [];
      };
    }

    it('is FIN-WAIT-1 where it is, and FIN-WAIT-2 where it is not', async () => {
      const waiting = scene('FIN-WAIT-1', '<SEQ=101><CTL=URG>');
      waiting.link.script = living({ sndNxt: ISS + 2 });
      expect(await proveWhileSent(waiting, again)).to.include({ state: 'FIN-WAIT-1' });
      const done = scene('FIN-WAIT-1', acked);
      done.link.script = living({ sndNxt: ISS + 2 });
      expect(await done.prove()).to.include({ state: 'FIN-WAIT-2' });
    });

    it('is not told by its absence where no FIN of the target was ever seen to be sent again', async () => {
      for (const [state, stimulus, takes] of [
        ['FIN-WAIT-1', '<SEQ=101><CTL=URG>', true],
        ['CLOSING', '<SEQ=101><CTL=URG>', false],
      ] as const) {
        const never = scene(state, stimulus);
        Object.assign(never.environment, { timing: { ...TIMING, finNeverAgain: true } });
        never.link.script = living({ sndNxt: ISS + 2, takes });
        const proof = await never.prove();
        expect(proof.state, `${state}: ${proof.how}`).to.equal('unknown');
      }
    });

    it('is LAST-ACK where it is, and CLOSED where the connection is gone', async () => {
      const waiting = scene('LAST-ACK', '<SEQ=101><CTL=URG>');
      waiting.link.script = lastAck();
      expect(await proveWhileSent(waiting, again)).to.include({ state: 'LAST-ACK' });
      const gone = scene('LAST-ACK', acked);
      gone.link.script = ({ segment: { ack } }) => [`<SEQ=${ack}><CTL=RST>`];
      expect(await gone.prove()).to.include({ state: 'CLOSED' });
    });

    it('is LAST-ACK also where its timer sends the FIN once more while the ACK of it is on its way', async () => {
      const crossing = scene('LAST-ACK', '<SEQ=101><CTL=URG>');
      const inner = lastAck();
      let isAcked = false;
      crossing.link.script = (sent) => {
        const { ack, data } = sent.segment;
        const crosses = isAcked && data > 0 ? [again] : [];
        isAcked = ack === ISS + 2 && data === 0;
        return [...crosses, ...inner(sent)];
      };
      expect(await proveWhileSent(crossing, again)).to.include({ state: 'LAST-ACK' });
      const asked = crossing.link.sent.filter(({ segment: { ack, data } }) => ack === ISS + 2 && data > 0);
      expect(asked).to.have.length(2);
    });

    it('is TIME-WAIT where both FINs are acknowledged and there still is a connection', async () => {
      const stuck = scene('LAST-ACK', acked);
      stuck.link.script = living({ sndNxt: ISS + 2, takes: false });
      expect(await stuck.prove()).to.include({ state: 'TIME-WAIT' });
      // The timer may be slower than measured.
      const slow = scene('LAST-ACK', '<SEQ=101><CTL=URG>');
      slow.link.script = lastAck();
      expect(await slow.prove()).to.include({ state: 'LAST-ACK' });
    });

    it('is not told of a connection that a SYN has begun in its place', async () => {
      const replaced = scene('LAST-ACK', '<SEQ=101><CTL=SYN>');
      replaced.driver.acceptsWhen = () => false;
      const acknowledging = living({ rcvNxt: 102 });
      replaced.link.script = (sent) =>
        sent.segment.ctl.has('SYN') ? ['<SEQ=9000><ACK=102><CTL=SYN,ACK>'] : (acknowledging?.(sent) ?? []);
      replaced.link.arrive('<SEQ=9000><ACK=102><CTL=SYN,ACK>', replaced.connection.mailbox.port);
      expect(await replaced.prove()).to.include({ state: 'unknown' });
    });

    it('is that of the connection in its place, as the user of that one shows', async () => {
      const replaced = scene('TIME-WAIT', '<SEQ=500><CTL=SYN>', { handle: true, listening: true });
      const { driver, link, connection, environment } = replaced;
      Object.assign(environment, { acceptTime: 'at the SYN', timing: { ...TIMING, synAckNeverAgain: true } });
      const [old, young] = [{ socketId: 1 }, { socketId: 2 }];
      driver.accepted = async (_port: number, _timeout?: number, former?: Handle) =>
        former?.socketId === 1 ? young : old;
      const send = async (handle: Handle) => {
        if (handle !== young) throw new UpperTesterRefused('SEND_DATA', 0x01);
        link.arrive('<SEQ=9001><ACK=501><CTL=ACK,PSH><DATA=1>', connection.mailbox.port);
      };
      Object.assign(driver, { send });
      link.script = living({ rcvNxt: 501, sndNxt: 9002 });
      link.arrive('<SEQ=9000><ACK=501><CTL=SYN,ACK>', connection.mailbox.port);
      expect(await replaced.prove()).to.deep.include({
        state: 'ESTABLISHED',
        how: ['new incarnation', 'user sends'],
      });
    });

    it('is told by the FIN on which the acknowledgment of old text rides', async () => {
      const riding = scene('FIN-WAIT-1', '<SEQ=101><ACK=5001><CTL=FIN,ACK>');
      riding.link.script = () => [`<SEQ=${ISS + 1}><ACK=102><CTL=FIN,ACK>`];
      const numbers = { rcvNxt: 102, sndNxt: ISS + 2 };
      expect(await riding.prove()).to.include({ state: 'CLOSING', ...numbers });
    });

    it('takes no FIN of its timer for the answer to old text, which it may never answer', async () => {
      const deaf = scene('FIN-WAIT-1', '<SEQ=101><ACK=5001><CTL=URG>');
      const { link, connection, environment } = deaf;
      // It answers only ACKs of octets never sent. Its timer is slower than an answer.
      link.script = ({ segment: { ack } }) =>
        gt(ack, ISS + 3) ? [`<SEQ=${ISS + 2}><ACK=101><CTL=ACK>`] : [];
      const timer = setInterval(
        () => link.arrive(`<SEQ=${ISS + 1}><ACK=101><CTL=FIN,ACK>`, connection.mailbox.port),
        4 * environment.timing.guard,
      );
      expect((await deaf.prove()).how.slice(0, 2)).to.deep.equal([
        'old text unanswered',
        'unsent ACK answered',
      ]);
      clearInterval(timer);
    });

    it('takes no FIN that was taken for new text', async () => {
      // Only the retransmitted FIN comes, which also acknowledges the stimulus.
      const busy = scene('FIN-WAIT-1', '<SEQ=101><ACK=5001><CTL=FIN,ACK>');
      const { link, connection } = busy;
      const timer = setInterval(
        () => link.arrive(`<SEQ=${ISS + 1}><ACK=102><CTL=FIN,ACK>`, connection.mailbox.port),
        15,
      );
      expect(await busy.prove()).to.include({ state: 'CLOSING' });
      clearInterval(timer);
    });

    it('is not told by one that crossed the stimulus on the way', async () => {
      const crossed = scene('FIN-WAIT-1', acked);
      Object.assign(crossed.environment, { timing: { ...TIMING, roundTrip: 50 } });
      crossed.link.script = living({ sndNxt: ISS + 2 });
      crossed.link.arrive(again, crossed.connection.mailbox.port);
      expect(await crossed.prove()).to.include({ state: 'FIN-WAIT-2' });
    });
  });

  it('is not told by a FIN that may have come before the stimulus had left a tester that was late', async () => {
    const late = scene('FIN-WAIT-1', `<SEQ=101><ACK=${ISS + 2}><CTL=ACK>`);
    Object.assign(late.tester.lag, { worstSince: () => 100 });
    late.link.script = living({ sndNxt: ISS + 2 });
    late.link.arrive(`<SEQ=${ISS + 1}><ACK=101><CTL=FIN,ACK>`, late.connection.mailbox.port);
    expect(await late.prove()).to.include({ state: 'FIN-WAIT-2' });
  });

  describe('where CLOSED says nothing', () => {
    function silent(state: State, stimulus: string): Scene {
      const made = scene(state, stimulus);
      Object.assign(made.environment, { silentClosed: [4] });
      made.driver.acceptsWhen = () => false;
      made.tester.expectCalls([8793]);
      Object.assign(made.driver, { testerPorts: [8793] });
      return made;
    }
    const scenes = [
      ['CLOSED', '<SEQ=1><CTL=SYN>'],
      ['SYN-SENT', `<SEQ=1><ACK=${ISS + 1}><CTL=RST,ACK>`],
      ['SYN-RECEIVED', '<SEQ=101><CTL=RST>'],
      ['ESTABLISHED', '<SEQ=101><CTL=RST>'],
      ['TIME-WAIT', '<SEQ=101><CTL=RST>'],
    ] as const;

    it('is CLOSED when nothing is answered, and the target calls again', async () => {
      const proofs = scenes.map(async ([state, stimulus]) => {
        const gone = silent(state, stimulus);
        // After the probes have been waited for.
        const calling = setInterval(() => gone.link.arrive('<SEQ=9><CTL=SYN>', 8793, 4001), 500);
        const proof = await gone.prove();
        clearInterval(calling);
        return proof;
      });
      for (const proof of await Promise.all(proofs)) {
        expect(proof.state, proof.how.join(', ')).to.equal('CLOSED');
        expect(proof.how.at(-1)).to.equal('closed ports are silent, and it calls again');
      }
    });

    it('is unknown when it does not call', async function () {
      this.timeout(120_000);
      expect(await silent('ESTABLISHED', '<SEQ=101><CTL=RST>').prove()).to.include({ state: 'unknown' });
    });
  });

  describe('by the ACK of its SYN, where its user has nothing', () => {
    /** A connection that listens, and whose user can be asked what it has. */
    function waiting(onAck: string, opens: boolean) {
      const made = scene('SYN-RECEIVED', '<SEQ=101><CTL=URG>', { listening: true });
      const { driver, link, connection } = made;
      Object.assign(connection, { sndUna: ISS });
      let isOpen = false;
      let isGone = false;
      driver.acceptsWhen = () => isOpen;
      driver.userHasRead = async () => void driver.calls.push('asked');
      link.script = ({ segment: { ctl, ack, seq, data } }) => {
        if (ctl.has('SYN')) return [`<SEQ=9000><ACK=${seq + 1}><CTL=SYN,ACK>`];
        if (data > 0) return isGone ? [onAck] : [ACK];
        if (ack !== ISS + 1) return [];
        isOpen = opens;
        isGone = onAck !== '';
        return onAck === '' ? [] : [onAck];
      };
      return made;
    }

    it('is SYN-RECEIVED where the user has it then', async () => {
      const made = waiting('', true);
      const proof = await made.prove();
      expect(proof).to.deep.include({ state: 'SYN-RECEIVED', how: ['ACK of its SYN opens it'], rcvNxt: 101 });
      expect(made.driver.calls).to.deep.equal(['asked']);
    });

    it('is no more waited for by who sees that ACK reset', async () => {
      const made = waiting(`<SEQ=${ISS + 1}><CTL=RST>`, false);
      const patience: Promise<undefined>[] = [];
      made.driver.accepted = async (_, timeout = 0) => {
        const wait = new Promise<undefined>((resolve) => {
          setTimeout(() => resolve(undefined), timeout);
        });
        patience.push(wait);
        return wait;
      };
      const { timing } = made.environment;
      Object.assign(made.environment, {
        timing: { ...timing, guard: 3000, prompt: 20, synAckRetransmission: 5000 },
      });
      const began = performance.now();
      expect(await made.prove()).to.deep.include({ state: 'LISTEN' });
      expect(performance.now() - began).to.be.below(3000);
      expect(patience).to.have.length.above(1);
    });

    it('is LISTEN where that ACK is reset', async () => {
      const proof = await waiting(`<SEQ=${ISS + 1}><CTL=RST>`, false).prove();
      expect(proof).to.deep.include({ state: 'LISTEN', how: ['old text reset', 'SYN acknowledged'] });
    });

    it('is not asked where the user has it already', async () => {
      const made = waiting('', true);
      made.driver.acceptsWhen = () => true;
      const proof = await made.prove();
      expect(proof.how[0]).to.equal('user accepted');
    });

    it('is told by its SYN,ACK, sent again, where that ACK is reset and the connection is still there', async () => {
      const made = waiting('', false);
      const { link } = made;
      link.script = ({ segment: { ack, data } }) =>
        data > 0 ? [ACK] : ack === ISS + 1 ? [`<SEQ=${ISS + 1}><CTL=RST>`] : [];
      const synAck = `<SEQ=${ISS}><ACK=101><CTL=SYN,ACK>`;
      expect(await proveWhileSent(made, synAck)).to.deep.include({ how: ['SYN,ACK again'] });
    });

    it('is told by its SYN,ACK, sent again, where nothing comes of that ACK', async () => {
      const made = waiting('', false);
      const synAck = `<SEQ=${ISS}><ACK=101><CTL=SYN,ACK>`;
      expect(await proveWhileSent(made, synAck)).to.deep.include({
        state: 'SYN-RECEIVED',
        how: ['SYN,ACK again'],
      });
    });
  });

  describe('by the end that its user is told of', () => {
    const reset = `<SEQ=${ISS + 1}><CTL=RST>`;
    /** The SEND of the user is refused; an ACK of the SYN, and old text, get these answers. */
    function refused(isHasty: boolean, onAck: string, onOldText: string): Scene {
      const made = scene('SYN-RECEIVED', '<SEQ=101><CTL=RST>', { handle: true, isHasty });
      Object.assign(made.connection, { sndUna: ISS });
      Object.assign(made.driver, {
        userHasRead: async () => {},
        send: () => Promise.reject(new UpperTesterRefused('SEND_DATA', 0xff)),
      });
      made.link.script = ({ segment: { data } }) => [data > 0 ? onOldText : onAck];
      return made;
    }
    const probes = ({ link }: Scene): number =>
      link.sent.filter(({ segment: { ack, data } }) => data === 0 && ack === ISS + 1).length;

    it('is CLOSED without a wait for a SYN,ACK that comes again, where the attempt is hasty', async () => {
      const made = refused(true, reset, reset);
      expect(await made.prove()).to.deep.include({ state: 'CLOSED', how: ['old text reset'] });
      expect(probes(made)).to.equal(1);
    });

    it('is not believed where the attempt is patient', async () => {
      const made = refused(false, reset, reset);
      expect(await made.prove()).to.deep.include({ state: 'CLOSED' });
      expect(probes(made)).to.equal(0);
    });

    it('is left to a patient attempt where one of the two is not reset', async () => {
      for (const made of [refused(true, ACK, reset), refused(true, reset, ACK)]) {
        const error = await made.prove().catch((thrown: Error) => thrown.name);
        expect(error).to.equal('TooHasty');
        await made.tester.close();
      }
    });
  });

  describe('by the end that an ACK of its FIN brings', () => {
    const resetting = '<SEQ=0><CTL=RST>';
    /** @param onceAcknowledged what old text draws after the ACK of the FIN */
    function lastAck(isBrief: boolean, onceAcknowledged: string, takes = false): Scene {
      const made = scene('LAST-ACK', '<SEQ=101><CTL=URG>', { isBrief });
      let isAcknowledged = false;
      const lives = living({ rcvNxt: 101, sndNxt: ISS + 2, takes });
      made.link.script = (sent) => {
        const { ack, data } = sent.segment;
        if (data === 0 && ack === ISS + 2) isAcknowledged = true;
        return data === 0 ? [] : isAcknowledged ? [onceAcknowledged] : lives?.(sent);
      };
      return made;
    }

    it('is LAST-ACK, without a wait for a FIN that comes again, where the proof may be brief', async () => {
      const made = lastAck(true, resetting);
      expect(await made.prove()).to.deep.include({
        state: 'LAST-ACK',
        how: ['old text acknowledged', 'ACK of its FIN ends it'],
      });
    });

    it('waits for that FIN where the attempt is patient', async () => {
      const { state, how } = await lastAck(false, resetting).prove();
      expect({ state, how }).to.deep.equal({
        state: 'LAST-ACK',
        how: ['old text acknowledged', 'FIN not again', 'ACK of its FIN ends it'],
      });
    });

    it('is left to a patient attempt where it remains, or takes text', async () => {
      for (const made of [
        lastAck(true, `<SEQ=${ISS + 2}><ACK=101><CTL=ACK>`),
        lastAck(true, resetting, true),
      ]) {
        const error = await made.prove().catch((thrown: Error) => thrown.name);
        expect(error).to.equal('TooHasty');
        await made.tester.close();
      }
    });
  });

  describe('by the SYN,ACK that is sent again', () => {
    const synAck = `<SEQ=${ISS}><ACK=101><CTL=SYN,ACK>`;
    function synReceived(): Scene {
      const made = scene('SYN-RECEIVED', '<SEQ=101><CTL=URG>', { handle: true });
      Object.assign(made.connection, { sndUna: ISS });
      return made;
    }

    it('is SYN-SENT where another SYN was sent, and a right SYN,ACK of it is acknowledged', async () => {
      const anew = synReceived();
      anew.link.arrive('<SEQ=9000><CTL=SYN>', anew.connection.mailbox.port);
      anew.link.script = ({ segment: { ctl, seq, ack } }) =>
        ctl.has('SYN') && ack === 9001 ? [`<SEQ=9001><ACK=${seq + 1}><CTL=ACK>`] : [`<SEQ=${ack}><CTL=RST>`];
      expect(await anew.prove()).to.include({ state: 'SYN-SENT' });
    });

    it('is SYN-RECEIVED where its user has nothing', async () => {
      const waiting = synReceived();
      expect(await proveWhileSent(waiting, synAck)).to.include({ state: 'SYN-RECEIVED' });
    });

    it('is ESTABLISHED where what its user sends goes out all the same', async () => {
      const both = synReceived();
      const { driver, link, connection } = both;
      link.script = living();
      link.arrive(synAck, connection.mailbox.port);
      driver.send = async () =>
        link.arrive(`<SEQ=${ISS + 1}><ACK=101><CTL=ACK,PSH><DATA=1>`, connection.mailbox.port);
      expect(await both.prove()).to.include({ state: 'ESTABLISHED' });
    });

    it('is not told by its absence where no SYN,ACK of the target was ever seen to be sent again', async () => {
      for (const [seen, state] of [
        [{}, 'ESTABLISHED'],
        [{ synAckNeverAgain: true }, 'unknown'],
      ] as const) {
        const unseen = scene('SYN-RECEIVED', `<SEQ=101><ACK=${ISS + 1}><CTL=ACK>`, { listening: true });
        Object.assign(unseen.environment, { timing: { ...TIMING, ...seen } });
        Object.assign(unseen.connection, { sndUna: ISS });
        // Nothing reports whether the connection was established.
        unseen.driver.seesAccepts = false;
        unseen.driver.acceptsWhen = () => false;
        unseen.link.script = living();
        const proof = await unseen.prove();
        expect(proof.state, proof.how.join(', ')).to.equal(state);
      }
    });

    it('is not told by a user who had the connection before it was established', async () => {
      const early = scene('SYN-RECEIVED', '<SEQ=101><CTL=URG>', { listening: true });
      early.driver.seesAccepts = false;
      Object.assign(early.connection, { sndUna: ISS });
      expect(await proveWhileSent(early, synAck)).to.deep.include({
        state: 'SYN-RECEIVED',
        how: ['SYN,ACK again'],
      });
      expect(early.driver.calls).to.include('send');
    });

    it('is not told by an accept event, late or not, of a target that accepts at the SYN', async () => {
      for (const isLate of [false, true]) {
        const early = scene('SYN-RECEIVED', '<SEQ=101><CTL=URG>', { listening: true });
        const { driver, link, connection, environment } = early;
        Object.assign(environment, { acceptTime: 'at the SYN' });
        Object.assign(connection, { sndUna: ISS });
        // A late event is reported to the second call, which waits for it.
        let asked = 0;
        driver.accepted = async (testerPort) => {
          asked += 1;
          return isLate && asked === 1 ? undefined : { socketId: testerPort };
        };
        driver.send = async () => {
          driver.calls.push('send');
          link.arrive(synAck, connection.mailbox.port);
        };
        const proof = await early.prove();
        expect(proof).to.deep.include({ state: 'SYN-RECEIVED', how: ['SYN,ACK again'] });
        expect(driver.calls).to.include('send');
        expect(asked).to.equal(isLate ? 2 : 1);
      }
    });

    it('is told by the ACK that lets out what the user of such a target has sent, where no SYN,ACK comes again', async () => {
      const early = scene('SYN-RECEIVED', '<SEQ=101><CTL=URG>', { listening: true });
      const { link, connection, environment } = early;
      Object.assign(environment, { acceptTime: 'at the SYN' });
      Object.assign(connection, { sndUna: ISS });
      link.script = ({ segment: { ack, ctl, data } }) => {
        if (data > 0) return [ACK];
        const opens = ctl.has('ACK') && ack === ISS + 1;
        return opens ? [`<SEQ=${ISS + 1}><ACK=101><CTL=ACK,PSH><DATA=1>`] : [];
      };
      const proof = await early.prove();
      expect(proof, proof.how.join(', ')).to.include({ state: 'SYN-RECEIVED' });
      expect(proof.how.at(-1)).to.equal('ACK of its SYN opens it');
    });

    it('is ESTABLISHED where what such a user sends goes out', async () => {
      const early = scene('SYN-RECEIVED', '<SEQ=101><CTL=URG>', { listening: true });
      const { driver, link, connection } = early;
      driver.seesAccepts = false;
      Object.assign(connection, { sndUna: ISS });
      link.script = living();
      driver.send = async () =>
        link.arrive(`<SEQ=${ISS + 1}><ACK=101><CTL=ACK,PSH><DATA=1>`, connection.mailbox.port);
      expect(await early.prove()).to.deep.include({ state: 'ESTABLISHED', how: ['user sends'] });
    });

    it('is told by an application that sends by itself: by its text, or by the SYN,ACK that is sent instead', async () => {
      const options = { handle: true, greets: true };
      const established = scene('SYN-RECEIVED', `<SEQ=101><ACK=${ISS + 1}><CTL=ACK>`, options);
      Object.assign(established.connection, { sndUna: ISS });
      established.link.arrive(
        `<SEQ=${ISS + 1}><ACK=101><CTL=ACK,PSH><DATA=20>`,
        established.connection.mailbox.port,
      );
      // It acknowledges nothing while its own text waits for its timer.
      const alive = living({ sndNxt: ISS + 21 });
      established.link.script = (sent) => (sent.segment.ack === ISS + 21 ? alive(sent) : []);
      expect(await established.prove()).to.deep.include({
        state: 'ESTABLISHED',
        how: ['application sends'],
        sndNxt: ISS + 21,
      });
      const waiting = scene('SYN-RECEIVED', `<SEQ=101><ACK=${ISS}><CTL=ACK>`, options);
      Object.assign(waiting.connection, { sndUna: ISS });
      expect(await proveWhileSent(waiting, synAck)).to.include({ state: 'SYN-RECEIVED' });
    });

    it('proves nothing where it may have established before its user was asked', async () => {
      const late = scene('SYN-RECEIVED', `<SEQ=101><ACK=${ISS}><CTL=ACK>`, { handle: true });
      Object.assign(late.connection, { sndUna: ISS });
      await new Promise((resolve) => setTimeout(resolve, 2));
      late.link.arrive(synAck, late.connection.mailbox.port);
      expect(await late.prove()).to.include({ state: 'unknown' });
    });
  });
});
