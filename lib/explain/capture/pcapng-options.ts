const OPTION_COMMENT = 1;
const OPTION_TIME_RESOLUTION = 9;
const OPTION_TIME_OFFSET = 14;

/** What a capture says of one of its interfaces. */
export interface Interface {
  readonly linkType: number;
  readonly snapLength: number;
  /** Units of time in a second. */
  readonly perSecond: number;
  readonly offset: number;
}

/** A longer comment is cut, in octets. */
const LONGEST_COMMENT = 500;

/** The options of a block: what each is, where its value begins, and how long that is. */
function* optionsOf(
  view: DataView,
  from: number,
  end: number,
  little: boolean,
): Generator<[code: number, at: number, length: number]> {
  for (let at = from; at + 4 <= end; ) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === 0 || at + 4 + length > end) return;
    yield [code, at + 4, length];
    at += 4 + ((length + 3) & ~3);
  }
}

/** The comments among the options of a frame's block. */
export function commentOf(view: DataView, from: number, end: number, little: boolean): string {
  if (from + 4 > end) return '';
  const comments: string[] = [];
  for (const [code, at, length] of optionsOf(view, from, end, little))
    if (code === OPTION_COMMENT) {
      const octets = Buffer.from(view.buffer, view.byteOffset + at, Math.min(length, LONGEST_COMMENT));
      comments.push(
        octets
          .toString()
          .replace(/\p{C}+/gu, ' ')
          .trim(),
      );
    }
  return comments.join('; ');
}

/** The interface that a block describes. */
export function interfaceOf(view: DataView, at: number, end: number, little: boolean): Interface {
  let perSecond = 1e6;
  let offset = 0;
  for (const [code, place, length] of optionsOf(view, at + 16, end, little)) {
    if (code === OPTION_TIME_RESOLUTION && length === 1) {
      const resolution = view.getUint8(place);
      perSecond = resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution;
    }
    if (code === OPTION_TIME_OFFSET && length === 8) offset = Number(view.getBigInt64(place, little));
  }
  return {
    linkType: view.getUint16(at + 8, little),
    snapLength: view.getUint32(at + 12, little),
    perSecond,
    offset,
  };
}
