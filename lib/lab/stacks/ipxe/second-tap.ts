import { run } from '../../namespaces/run.ts';
import type { Tap } from '../../namespaces/tap.ts';

const NAME = 'lab1';
const MAC = '02:00:00:00:02:03';
export const SECOND_TARGET_MAC = '02:00:00:00:02:04';

/** A tap beside the first one, with IPv6 alone: a virtual machine of its own is at its end. */
export async function makeSecondTap({
  tester,
  target,
}: Tap): Promise<{ name: string; remove(): Promise<void> }> {
  const commands = [
    `tuntap add dev ${NAME} mode tap`,
    `link set dev ${NAME} addrgenmode none`,
    `link set dev ${NAME} address ${MAC} up`,
    `addr add ${tester[6]}/64 nodad dev ${NAME}`,
    `neigh replace ${target[6]} lladdr ${SECOND_TARGET_MAC} dev ${NAME} nud permanent`,
    `route replace default via ${target[6]} dev ${NAME}`,
  ];
  await run('ip', ['-batch', '-'], commands.map((command) => `${command}\n`).join(''));
  return {
    name: NAME,
    remove: async () => {
      await run('ip', ['link', 'delete', NAME]).catch(() => {});
    },
  };
}
