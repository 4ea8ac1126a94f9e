/** The types of the published package: of all that the compiler writes, what the exported types are made of, in one file. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const BEGIN = /^(?:export )?(?:declare )?(?:abstract )?(type|interface|const|function|class) (\w+)/;
/** A table of which only the keys are a type. */
const KEYS_OF = /keyof typeof (\w+)/g;

/**
 * @param {string} folder where the compiler has written the types; nothing else is left there
 * @param {string} entry the file of what is exported
 */
export function packTypes(folder, entry) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.d.ts'),
  );
  const declared = new Map();
  for (const name of files)
    for (const text of statementsOf(readFileSync(join(folder, name), 'utf8'))) {
      const [, , declares] = BEGIN.exec(text.replace(/^\/\*\*[\s\S]*?\*\/\n/, '')) ?? [];
      if (declares) declared.set(declares, [...(declared.get(declares) ?? []), { name, text }]);
    }
  const own = statementsOf(readFileSync(join(folder, entry), 'utf8').replaceAll(/^import [^;]*;\n/gm, ''));
  const all = [...declared.values()].flat();
  const tables = new Set(all.flatMap(({ text }) => [...text.matchAll(KEYS_OF)].map(([, table]) => table)));
  const written = new Map(own.map((text) => [text, text]));
  const reach = (text) => {
    for (const [word] of withoutTexts(text).matchAll(/\b[A-Za-z_]\w*\b(?!\??:)/g)) {
      const found = declared.get(word) ?? [];
      if (found.length === 0 || written.has(found[0].text)) continue;
      if (found.length > 1)
        throw new Error(`${word} is declared in ${found.map(({ name }) => name).join(' and ')}`);
      const declaration = tables.has(word) ? keysAlone(found[0].text) : found[0].text;
      written.set(found[0].text, declaration.replace(/^export /m, ''));
      reach(declaration);
    }
  };
  for (const text of own) reach(text);
  rmSync(folder, { recursive: true });
  return [...written.values()].join('\n');
}

/** Those that declare or export something, each with the comment before it. */
const statementsOf = (text) =>
  text.split(/\n(?=\/\*\*|(?<!\*\/\n)(?:export|declare|type|interface|import) )/).map((one) => one.trimEnd());

const withoutTexts = (text) => text.replaceAll(/\/\*[\s\S]*?\*\/|'[^'\n]*'|"[^"\n]*"/g, '');

/** `{ a: 0; b: 0; }` */
const keysAlone = (text) =>
  text.replaceAll(/^( {4}(?:readonly )?(?:'[^']*'|\w+): )(?:\{\n[\s\S]*?^ {4}\}|.*);/gm, '$10;');
