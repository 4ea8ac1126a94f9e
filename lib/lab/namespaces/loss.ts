import { numbersFrom } from '../../random.ts';

export interface LinkLoss {
  /** Of the packets, in each direction, 0...100 in steps of 0.01. */
  readonly percent: number;
  readonly seed: number;
}

const ROUND = 10_000;

/**
 * The nftables rules that lose TCP packets: out of every 10,000 the ones that the seed draws. nftables counts them, because
 * its own random numbers cannot be repeated. Packets are dropped on arrival: the sender would notice a drop on the way out.
 *
 * @throws RangeError
 */
export function lossRules(device: string, loss: LinkLoss): { toTester: string; toTarget: string } {
  if (!(loss.percent >= 0 && loss.percent <= 100)) {
    throw new RangeError(`a loss of ${loss.percent} percent is not between 0 and 100`);
  }
  const count = Math.round((loss.percent / 100) * ROUND);
  const random = numbersFrom(loss.seed);
  return { toTester: rules(device, draw(count, random)), toTarget: rules(device, draw(count, random)) };
}

function rules(device: string, lost: readonly number[]): string {
  const numbered = lost.length === ROUND ? '' : `numgen inc mod ${ROUND} { ${lost.join(', ')} }`;
  const rule = lost.length === 0 ? '' : `iifname "${device}" meta l4proto tcp ${numbered} drop`;
  return `table inet link_loss {
  chain arrivals {
    type filter hook prerouting priority -300; policy accept;
    ${rule}
  }
}
`;
}

/** `count` different numbers below ROUND (Fisher-Yates shuffle). */
function draw(count: number, random: () => number): number[] {
  const numbers = Array.from({ length: ROUND }, (_, index) => index);
  for (let index = 0; index < count; index += 1) {
    const other = index + Math.floor((random() / 2 ** 32) * (ROUND - index));
    [numbers[index], numbers[other]] = [numbers[other] as number, numbers[index] as number];
  }
  return numbers.slice(0, count);
}
