import { readFileSync } from 'node:fs';
import { writeWhole } from './results.ts';

/**
 * mochawesome can't hold a link to a file beside it, but takes a context that ends in `png` for a picture and wraps it in
 * a link, which `.pcapng` does. The style shows that link as words, and gives long segments room.
 */
const STYLE = `<style>
a[href$=".pcapng"] img{display:none}
a[href$=".pcapng"]::before{content:"open the capture: " attr(href);text-decoration:underline}
a[href^="data:image/svg"]{pointer-events:none}
a[href^="data:image/svg"] img{max-width:100%;border:1px solid #d5d9e2;border-radius:4px}
</style>`;

/** Finishes the page that mochawesome wrote. */
export function finishMochawesome(file: string): void {
  const html = readFileSync(file, 'utf8');
  writeWhole(file, html.replace('</head>', `${STYLE}</head>`));
}
