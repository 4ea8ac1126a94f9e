import { numbersFrom } from '../../random.ts';

export interface LinkLoss {
  /** Of the packets, in each direction; to the hundredth. */
  readonly percent: number;
  readonly seed: number;
}

const ROUND = 10_000;

/**
 * The rules of nftables that lose packets of TCP. Out of every 10,000 packets the same are lost, drawn by the
 * seed: nftables counts the packets, because its own random numbers cannot be repeated. They are lost where they
 * arrive: a drop on the way out would be told to the sender as an error, which a lossy link does not do.
 */
export function lossRules(device: string, loss: LinkLoss): { toTester: string; toTarget: string } {
  if (!(loss.percent >= 0 && loss.percent <= 100)) {
    throw new RangeError(`a loss of ${loss.percent} percent is none between 0 and 100`);
  }
  const count = Math.round((loss.percent / 100) * ROUND);
  const random = numbersFrom(loss.seed);
  return { toTester: rules(device, draw(count, random)), toTarget: rules(device, draw(count, random)) };
}

function rules(device: string, lost: readonly number[]): string {
  const rule =
    lost.length === 0
      ? ''
      : lost.length === ROUND
        ? `iifname "${device}" meta l4proto tcp drop`
        : `iifname "${device}" meta l4proto tcp numgen inc mod ${ROUND} { ${lost.join(', ')} } drop`;
  return `table inet link_loss {
  chain arrivals {
    type filter hook prerouting priority -300; policy accept;
    ${rule}
  }
}
`;
}

/** `count` different numbers below ROUND: the head of a shuffle (Fisher and Yates). */
function draw(count: number, random: () => number): number[] {
  const numbers = Array.from({ length: ROUND }, (_, index) => index);
  for (let index = 0; index < count; index += 1) {
    const other = index + Math.floor((random() / 2 ** 32) * (ROUND - index));
    [numbers[index], numbers[other]] = [numbers[other] as number, numbers[index] as number];
  }
  return numbers.slice(0, count);
}
