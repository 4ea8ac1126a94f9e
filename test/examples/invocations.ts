/** A call of the command line in a text: its words, without what the shell does with its output. */
export interface Invocation {
  readonly where: string;
  readonly words: readonly string[];
}

const CALL = /(?:^|\s)(?:npx )?segment-arrives ((?:'[^']*'|"[^"]*"|[^'"`#|>&\n])+)/;

/** Every call in the lines of a shell script, a CI recipe, or the indented blocks of a Markdown page. */
export function invocationsIn(text: string, name: string): Invocation[] {
  const markdown = name.endsWith('.md');
  return text.split('\n').flatMap((line, index) => {
    if (markdown ? !line.startsWith('    ') : line.trimStart().startsWith('#')) return [];
    const [, call] = CALL.exec(line) ?? [];
    return call ? [{ where: `${name}:${index + 1}`, words: wordsOf(call) }] : [];
  });
}

/** Splits words as a shell does; the value of a variable stays open. */
const wordsOf = (call: string): string[] =>
  [...call.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
