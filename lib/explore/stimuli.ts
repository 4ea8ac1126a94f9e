/** A segment as a stimulus names it: the step of SEGMENT ARRIVES, and what the segment is to the TCB (`steps-of-arrives.ts`). */
const OF_SEGMENT =
  /^(?<step>[a-z]+) (?<controls>no flags|[A-Z,]+)(?<place> left edge| inside| before| right edge| beyond)?(?<acks> all| nothing new| never sent| a part| old)?(?<text> octet| text)?(?: closed)?$/;

/** What decides what becomes of a stimulus. Two that share it are one to the specification. */
export function essenceOf(stimulus: string): string {
  const known = ESSENCES.get(stimulus);
  if (known !== undefined) return known;
  const essence = essential(stimulus);
  ESSENCES.set(stimulus, essence);
  return essence;
}

// It is asked for each habit that is known, at each step.
const ESSENCES = new Map<string, string>();

function essential(stimulus: string): string {
  const { step, controls, place = '', acks = '', text = '' } = OF_SEGMENT.exec(stimulus)?.groups ?? {};
  // A call, an ICMP error, time.
  if (!step || !controls) return stimulus;
  const bits = new Set(controls.split(','));
  // Urgent text concerns the sixth step, and what comes behind it.
  if (['first', 'second', 'third', 'fourth', 'fifth'].includes(step)) bits.delete('URG');
  // RFC 3168 gives these a meaning in a SYN, and to the sender of text.
  if (!bits.has('SYN')) for (const bit of ['ECE', 'CWR']) bits.delete(bit);
  // One that is dropped for its number is dropped whatever else it has. So is a reset that counts, or does not.
  const isReset = bits.has('RST');
  if (isReset) for (const bit of ['SYN', 'FIN']) bits.delete(bit);
  if (isReset && step === 'first') return `${step} RST${place}`;
  const looksAtAck = !['first', 'second', 'fourth'].includes(step);
  const flags = bits.size > 0 ? [...bits].join(',') : 'no flags';
  return `${step} ${flags}${place}${looksAtAck ? acks : ''}${text && ' text'}`;
}
