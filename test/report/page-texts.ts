import { inflateRawSync } from 'node:zlib';

/** All texts of a page's data. */
export function textsIn(page: string): readonly string[] {
  const [, data = ''] = /id="data">(.*?)<\/script>/s.exec(page) ?? [];
  return JSON.parse(inflateRawSync(Buffer.from(data, 'base64')).toString()).texts;
}
