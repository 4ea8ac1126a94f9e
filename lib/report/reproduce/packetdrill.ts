import { demandsOf, type PacketDemands } from '../../catalogue/conditions.ts';
import { printReply } from '../../catalogue/resolve.ts';
import { evaluateSegment, NotationError, printConcrete } from '../../notation/index.ts';
import { seenOf } from '../../verdict/result.ts';
import { type ReportCase, type ReportRecord, recordText } from '../run.ts';
import type { ShownOutcome } from '../subject.ts';
import { PacketdrillLines } from './lines.ts';
import { UserCalls } from './user.ts';

/** The tester's window where a record does not tell. */
const WINDOW = 4380;

/** In seconds: later than it takes any target, yet packetdrill does not wait for ever for what does not come. */
const PATIENCE = 1;

/** What packetdrill has no words for. */
const UNWRITABLE: Readonly<Partial<Record<keyof PacketDemands, string>>> = {
  security: 'the IP security option of the stimulus',
  precedence: "the precedence of the tester's packets",
  checksum: 'the wrong checksum of the stimulus',
  destination: "the stimulus's destination address",
};

/** Fields of the stimulus that packetdrill has no words for. */
const UNWRITABLE_FIELDS: readonly {
  readonly key: 'offset' | 'reserved' | 'checksum' | 'opt';
  readonly lacks: string;
}[] = [
  { key: 'offset', lacks: 'the data offset of the stimulus' },
  { key: 'reserved', lacks: 'the reserved bits of the stimulus' },
  { key: 'checksum', lacks: 'the checksum of the stimulus' },
  { key: 'opt', lacks: 'the octets of the options of the stimulus' },
];

export interface ScriptOptions {
  /** What is to come in place of what came, and the state after. */
  readonly expected?: Pick<ShownOutcome, 'reply' | 'then'>;
}

/** The events of a case as a packetdrill script, without a head. */
export function packetdrillScript(result: ReportCase, { expected }: ScriptOptions = {}): string[] {
  return new Script(result, expected).lines();
}

class Script {
  readonly #result: ReportCase;
  readonly #expected: ScriptOptions['expected'];
  readonly #packets: PacketdrillLines;
  readonly #user: UserCalls;
  readonly #lines: string[] = [];
  #last = 0;
  #finSent = false;
  #handshake = false;

  constructor(result: ReportCase, expected: ScriptOptions['expected']) {
    this.#result = result;
    this.#expected = expected;
    const [first] = result.records;
    const active = first?.from === 'target';
    this.#packets = new PacketdrillLines(active);
    this.#user = new UserCalls(result, active);
  }

  lines(): string[] {
    const { records, conditions } = this.#result;
    for (const demand of Object.keys(demandsOf(conditions).packet) as (keyof PacketDemands)[]) {
      const lacks = UNWRITABLE[demand];
      if (lacks) this.#lines.push(`// packetdrill cannot write ${lacks}: it is missing below`);
    }
    this.#call(this.#user.begin());
    this.#last = records[0]?.at ?? 0;
    for (const [position, record] of records.entries()) {
      if (this.#expected && record.role === 'reply') continue;
      if (record.from === 'tester') this.#tester(record, position);
      else this.#target(record);
      if (record.role === 'stimulus' && this.#expected && !this.#expect(this.#expected)) {
        this.#lines.push('// What was seen from here on depends on the fault.');
        break;
      }
    }
    return this.#lines;
  }

  #tester(record: ReportRecord, position: number): void {
    const { segment, icmp } = record;
    if (icmp) {
      this.#lines.push(`// packetdrill cannot write ICMP as it was sent: ${recordText(record)}`);
      return;
    }
    if (record.role === 'stimulus') {
      this.#lines.push(`// the stimulus: ${this.#result.send}`);
      for (const { key, lacks } of UNWRITABLE_FIELDS) {
        if (segment[key] !== undefined)
          this.#lines.push(`// packetdrill cannot write ${lacks}: it is missing below`);
      }
    }
    if (record.role === 'proof' && this.#result.records[position - 1]?.role !== 'proof')
      this.#lines.push('// the proof of the state after');
    const text = this.#packets.fromTester(segment, WINDOW);
    const wait = Math.max(0, record.at - this.#last) / 1000;
    this.#last = record.at;
    this.#lines.push(
      text
        ? `+${wait >= 0.001 ? wait.toFixed(3) : '0'} ${text}`
        : `// packetdrill cannot write numbers that wrap around: ${printConcrete(segment)}`,
    );
    if (record.role !== 'setup') return;
    const { ctl, data } = segment;
    if (this.#handshake && ctl.has('ACK') && !ctl.has('SYN') && !ctl.has('RST'))
      this.#call(this.#user.accept());
    if (data > 0) this.#call(this.#user.read(data));
    if (ctl.has('FIN')) this.#call(this.#user.readEnd());
  }

  #target(record: ReportRecord): void {
    const { segment } = record;
    const { ctl, data } = segment;
    // A timer's doing, since the tester was slow that day: packetdrill is not.
    if (record.role === 'setup' && this.#isAgain(record)) return;
    if (ctl.has('SYN') && ctl.has('ACK')) this.#handshake = true;
    if (record.role === 'setup' || record.role === 'proof') {
      if (data > 0 && !this.#isRepeated(record)) this.#call(this.#user.send(this.#textFrom(record)));
      if (ctl.has('FIN') && !this.#finSent) this.#call(this.#user.close());
    }
    if (ctl.has('FIN')) this.#finSent = true;
    const latest = Math.ceil((record.at - this.#last) / 1000) + PATIENCE;
    this.#last = record.at;
    const text = this.#packets.fromTarget(segment);
    this.#lines.push(
      text ? `+0~+${latest} ${text}` : `// packetdrill cannot write ${printConcrete(segment)}`,
    );
  }

  /** What the user sends at once leaves in segments: all text from here to the tester's next segment. */
  #textFrom(record: ReportRecord): number {
    const { records } = this.#result;
    let octets = 0;
    for (const next of records.slice(records.indexOf(record))) {
      if (next.from === 'tester') break;
      octets += next.segment.data;
    }
    return octets;
  }

  /** The same segment, sent before. */
  #isAgain(record: ReportRecord): boolean {
    const { records } = this.#result;
    const text = printConcrete(record.segment);
    const earlier = records.slice(0, records.indexOf(record));
    return earlier.some(({ from, segment }) => from === 'target' && printConcrete(segment) === text);
  }

  /** Text that was sent before, or goes with text that was: its write is in the script already. */
  #isRepeated(record: ReportRecord): boolean {
    const { records } = this.#result;
    const position = records.indexOf(record);
    const before = records[position - 1];
    const { seq } = record.segment;
    return (
      (before?.from === 'target' && before.segment.data > 0) ||
      records
        .slice(0, position)
        .some(({ from, segment }) => from === 'target' && segment.seq === seq && segment.data > 0)
    );
  }

  /** @returns whether the script can go on with what was seen */
  #expect({ reply, then }: NonNullable<ScriptOptions['expected']>): boolean {
    const [notation] = reply;
    if (!notation) {
      this.#lines.push('// expected: silence');
      // packetdrill passes over what comes after its last line, but hardly over what comes before another segment.
      return then === seenOf(this.#result)?.stateAfter;
    }
    const known = notation.seq !== undefined && notation.seq.kind !== 'any';
    try {
      const segment = evaluateSegment(notation, seenOf(this.#result)?.variables ?? {}, () => 0);
      const text = known || segment.ctl.has('SYN') ? this.#packets.fromTarget(segment) : undefined;
      this.#lines.push(`// expected: ${printReply(reply)}`, ...(text ? [`+0~+${PATIENCE} ${text}`] : []));
    } catch (error) {
      if (!(error instanceof NotationError)) throw error;
      this.#lines.push(`// expected: ${printReply(reply)}`);
    }
    return false;
  }

  #call(calls: readonly string[]): void {
    for (const call of calls) this.#lines.push(`+0 ${call}`);
  }
}
