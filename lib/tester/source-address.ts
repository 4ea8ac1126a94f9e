import { execFileSync } from 'node:child_process';

/**
 * The address of this machine that packets to the target would come from.
 *
 * @returns undefined when there is no route.
 */
export function sourceTowards(target: string): string | undefined {
  try {
    const answer = execFileSync('ip', ['-json', 'route', 'get', target], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [route] = JSON.parse(answer.toString()) as { prefsrc?: string }[];
    return route?.prefsrc;
  } catch {
    return undefined;
  }
}
