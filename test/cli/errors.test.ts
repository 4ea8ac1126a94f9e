import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cli, cliProcess, expectRefusal, temporaryFolder } from './cli.ts';

const ADDRESSES = ['--target', '127.0.0.1', '--upper-tester', '127.0.0.1:9'];

describe('command line: what cannot be tested', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const file = join(folder, 'file');
  writeFileSync(file, 'not JSON');

  const refusals: readonly (readonly [readonly string[], RegExp])[] = [
    [
      ['run', '--profile', 'rfc1'],
      /--profile rfc1: unknown profile; the profiles are rfc793, rfc1122, rfc5961, rfc9293/,
    ],
    [['run', '--only', 'nothing.*'], /--only nothing\.\* matches no case over IPv4 or IPv6/],
    [['run', '--only', ''], /--only needs a value/],
    [['run', '--family', '5'], /--family 5: not 4, 6 or 4,6/],
    [['run', '--target', 'example'], /--target example: not an IP address/],
    [['run', '--target', '192.0.2.2'], /a target needs --upper-tester/],
    [
      ['run', '--target', '::1', '--upper-tester', '127.0.0.1:9', '--family', '4'],
      /no address of the families/,
    ],
    [['run', '--upper-tester', '127.0.0.1:9'], /--upper-tester belongs to a target/],
    [['run', '--await', '8793'], /--await belongs to a target/],
    [['run', ...ADDRESSES, '--await', '8793'], /give either --upper-tester or --await/],
    [['run', '--target-file', join(folder, 'none.json')], /none\.json: cannot be read \(ENOENT\)/],
    [['run', '--target-file', file], /file: not JSON/],
    [['run', ...ADDRESSES, '--stack', 'linux'], /--stack names a stack of the lab/],
    [['run', '--target', '127.0.0.1', '--upper-tester', '127.0.0.1'], /not of the form ADDRESS:PORT/],
    [['run', '--seed', 'x'], /--seed x: /],
    [['explore', '--only', 'listen.*'], /unknown option '--only'/],
    [['run', '--parallel', '0'], /--parallel 0: /],
    [['run', '--format', 'xml'], /Allowed choices are progress, spec, dots, jsonl/],
    [['run', '--stack', 'minix'], /unknown stack minix; the stacks are linux/],
    [
      ['run', '--stack', 'reference:rfc9293:ignores-syn-sent'],
      /there is no mutant ignores-syn-sent; bench\/mutants has them/,
    ],
    [
      ['run', '--stack', 'reference:rfc9293:syn-sent-ignores-syns'],
      /there is no mutant syn-sent-ignores-syns \(did you mean syn-sent-ignores-syn\?\)/,
    ],
    [
      ['run', '--stack', 'reference:rfc9239'],
      /the reference has no profile rfc9239 \(did you mean rfc9293\?\)/,
    ],
    [['run', '--stack', 'reference:rfc793:adopts=rst'], /the reference has no variant adopts=rst/],
    [['run', '--baseline', join(folder, 'none.json')], /none\.json could not be read/],
    [['run', '--baseline', file], /file is not JSON/],
    [['run', '--reports', join(file, 'reports')], /could not be written/],
    [['gate', file], /the gate needs --baseline FILE/],
    [['report', join(folder, 'none.json')], /none\.json could not be read/],
    [['diff', file, file], /file is not JSON/],
    [['coverage', '--results', file], /file is not JSON/],
    [['baseline', 'update', '--results', file], /needs --baseline FILE/],
    [['reproduce', 'no.such.case'], /there is no case no\.such\.case/],
    [['reproduce', 'listen.rst.empty', '--results', file], /file is not JSON/],
    [['lab', 'run', 'minix'], /unknown stack minix; the stacks are linux/],
    [['lab', 'reference', '--profile', 'rfc1'], /--profile rfc1: unknown profile/],
    [['upper-tester', 'check', '127.0.0.1:9'], /no upper tester at 127\.0\.0\.1 port 9/],
    [['upper-tester', 'check', 'here'], /here is not of the form ADDRESS:PORT/],
  ];
  for (const [words, sentence] of refusals) {
    it(words.join(' ').replaceAll(folder, 'FOLDER'), async () => {
      const reports =
        words[0] === 'run' && !words.includes('--reports') ? ['--reports', join(folder, 'reports')] : [];
      expectRefusal(await cli([...words, ...reports]), sentence);
    });
  }

  it('by a process of its own: its exit code and its sentence are the same', async () => {
    expectRefusal(
      await cliProcess(['run', ...ADDRESSES, '--reports', join(folder, 'reports')]),
      /no upper tester at 127\.0\.0\.1 port 9/,
    );
  });

  it('names the variable when the environment is wrong', async () => {
    const wrong = await cli(['run', '--dry-run'], { env: { SEGMENT_ARRIVES_PROFILE: 'rfc1' } });
    expectRefusal(wrong, /SEGMENT_ARRIVES_PROFILE=rfc1: unknown profile/);
  });

  it('tells an upper tester that speaks nonsense', async () => {
    const server: Socket = createSocket('udp4');
    server.on('message', (_, { port, address }) => server.send('good day', port, address));
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    const at = `127.0.0.1:${server.address().port}`;
    const words = ['run', '--target', '127.0.0.1', '--upper-tester', at, '--reports', folder];
    expectRefusal(await cliProcess(words), /upper tester/);
    server.close();
  });

  it('prints what would be run, and runs nothing', async () => {
    const { code, stdout, stderr } = await cli([
      'run',
      '--dry-run',
      '--only',
      'listen.rst*',
      '--family',
      '4',
    ]);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(stdout).to.match(/^listen\.rst\.empty {2}4$/m);
    expect(stdout).to.match(/\n\n(\d+) cases, \1 tests \(IPv4: \1, IPv6: 0\); nothing was run\n$/);
  });
});
