import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cliProcess, expectRefusal, temporaryFolder } from './cli.ts';

const CASE = `{
  id: 'established.acme.ack',
  title: 'ACK of one octet never sent',
  send: '<SEQ=RCV.NXT><ACK=SND.NXT+1><CTL=ACK>',
  expect: { reply: '<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>', then: 'ESTABLISHED' },
  rules: ['3.10.7.4 fifth'],
}`;
const SUITE = `import { inState } from 'segment-arrives';
import { one } from './shared/one.ts';

export default inState('ESTABLISHED', [one]);
`;

describe("the user's own suites", function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  let number = 0;

  /** A folder with these files. */
  const suites = (files: Readonly<Record<string, string>>): string => {
    number += 1;
    const path = join(folder, `suites-${number}`);
    mkdirSync(join(path, 'shared'), { recursive: true });
    writeFileSync(join(path, 'shared/one.ts'), `export const one = ${CASE} as const;\n`);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
    return path;
  };
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  const ids = async (...words: string[]): Promise<string[]> => {
    const env = { TMPDIR: temporary };
    const { stdout, stderr } = await cliProcess(['list', '--json', ...words], { env });
    expect(stderr).to.equal('');
    return (JSON.parse(stdout) as { cases: { id: string }[] }).cases.map(({ id }) => id);
  };

  it('stand beside ours, or in their place', async () => {
    const own = suites({ 'acme.ts': SUITE });
    const [ours, both, alone] = await Promise.all([
      ids(),
      ids('--suites', own),
      ids('--suites', own, '--suites-only'),
    ]);
    expect(both).to.deep.equal([...ours, 'established.acme.ack']);
    expect(alone).to.deep.equal(['established.acme.ack']);
    expect(readdirSync(temporary)).to.deep.equal([]);
  });

  it('are JavaScript, too, and are named in the environment', async () => {
    const own = suites({ 'acme.js': SUITE });
    const { stdout } = await cliProcess(['run', '--dry-run', '--only', '*.acme.*'], {
      env: { SEGMENT_ARRIVES_SUITES: own },
    });
    expect(stdout).to.match(/^established\.acme\.ack {2}4,6\n/);
  });

  it('are refused with their place, each mistake in one sentence', async () => {
    const refused: readonly (readonly [string, RegExp])[] = [
      [
        SUITE.replace('[one]', "[{ ...one,\n rules: ['no-such'] }]"),
        /acme\.ts:\d+: established\.acme\.ack: no such rule/,
      ],
      [
        SUITE.replace('[one]', "[{ ...one, id: 'established.ack.beyond-snd-nxt' }]"),
        /acme\.ts:4: .* already taken/,
      ],
      [SUITE.replace('[one]', '[one'), /acme\.ts:\d+:\d+: Expected/],
      [SUITE.replace('default', 'const suite ='), /acme\.ts exports no suite/],
      [SUITE.replace('./shared/one.ts', './shared/two.ts'), /acme\.ts:2:\d+: Could not resolve/],
    ];
    for (const [text, words] of refused) {
      const own = suites({ 'acme.ts': text });
      expectRefusal(await cliProcess(['list', '--suites', own]), words);
    }
    expectRefusal(await cliProcess(['list', '--suites', join(folder, 'none')]), /no such folder/);
    expectRefusal(await cliProcess(['list', '--suites', suites({})]), /no file in it/);
    expectRefusal(await cliProcess(['list', '--suites-only']), /give --suites FOLDER/);
  });
});
