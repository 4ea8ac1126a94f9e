/**
 * The time within which no reply can come, in milliseconds, from round trips that were measured; 0 where they differ too much
 * to tell. A tester that was late has measured too much; a path may be as much quicker than the quickest round trip as round
 * trips differ; and the target may have taken half of the time for what it answered with.
 *
 * @param lag how late the tester was at worst while it measured
 */
export function soonestReply(roundTrips: readonly number[], lag: number): number {
  if (roundTrips.length === 0) return 0;
  const least = Math.min(...roundTrips);
  const spread = Math.max(...roundTrips) - least;
  return Math.max(0, Math.min(least / 2, least - spread - lag));
}
