import type { ReportCase } from './run.ts';

/** Where the capture of a case lies, seen from the directory of the reports. */
export const captureName = ({ id, family }: Pick<ReportCase, 'id' | 'family'>): string =>
  `pcap/${id}-ipv${family}.pcapng`;
