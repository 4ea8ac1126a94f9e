import { readFileSync } from 'node:fs';
import type Mocha from 'mocha';
import type { Profile } from '../standard/profile.ts';
import { verdictOf } from '../verdict/result.ts';
import { mochawesomeContext } from './context.ts';
import { faultText } from './expectation.ts';
import { writeWhole } from './results.ts';
import type { ReportCase } from './run.ts';
import { findSubject } from './subject.ts';

/**
 * Gives mochawesome, before it collects its tests, what the page is to show of a case: its context, how long the case
 * took (mocha only knows how long it waited for one that others ran beside), and of a failure one line. What mocha prints
 * of a failure, with every segment, is in the context already.
 */
export function showOnPage(test: Mocha.Test, result: ReportCase, profile: Profile): void {
  const subject = findSubject(result.id);
  const holder = test as Mocha.Test & { context?: unknown; speed?: string };
  const own = holder.context === undefined ? [] : [holder.context].flat();
  holder.context = [...own, ...mochawesomeContext(result, subject)];
  holder.duration = Math.round(result.durationMs);
  holder.speed = 'fast';
  if (!holder.err) return;
  const message = faultText(result, profile);
  holder.err = { name: verdictOf(result, profile), message: message || `under ${profile}` };
}

/** Gives long segments room, and draws only what is on the screen. */
const STYLE = `<style>
a[href^="data:image/svg"]{display:block;overflow-x:auto;pointer-events:none}
a[href^="data:image/svg"] img{max-width:none;border:1px solid #d5d9e2;border-radius:4px}
@media(max-width:760px){a[href^="data:image/svg"]{pointer-events:auto}}
[class*="test--body"] pre,[class*="test--body"] pre code{white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere}
[class*="test--body"] pre.table,[class*="test--body"] pre.table code{white-space:pre;overflow-wrap:normal}
[class*="test--body"] pre.table{overflow-x:auto}
[class*="test--component"]{content-visibility:auto;contain-intrinsic-size:auto 44px}
</style>`;

/**
 * mochawesome can't hold a link to a file beside it: where the name of a capture is shown, it becomes one. And what stands in
 * columns is not to be broken, as other text is.
 */
const SCRIPT = `<script>
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const added of addedNodes) {
    if (added.nodeType !== 1) continue;
    for (const shown of added.querySelectorAll('[class*="context-item"] code')) {
      if (/^ {2}[=≈≠] {2}|[─━]/m.test(shown.textContent)) shown.closest('pre')?.classList.add('table');
      const [name] = /^pcap\\/\\S+\\.pcapng/.exec(shown.textContent) ?? [];
      if (!name) continue;
      const link = Object.assign(document.createElement('a'), { href: name, textContent: name, download: '' });
      shown.replaceChildren(link, shown.textContent.slice(name.length));
    }
  }
}).observe(document, { childList: true, subtree: true });
</script>`;

/** Finishes the page that mochawesome wrote. */
export function finishMochawesome(file: string): void {
  const html = readFileSync(file, 'utf8');
  writeWhole(
    file,
    html.replace('</head>', () => `${STYLE}${SCRIPT}</head>`),
  );
}
