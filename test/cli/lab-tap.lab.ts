import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { buildUpperTesterFor } from '../../lib/compile.ts';
import { lwip } from '../../lib/lab/stacks/lwip.ts';
import { readResults } from '../../lib/report/results.ts';
import { verdictOf } from '../../lib/verdict/result.ts';
import { skipBecause } from '../packages.ts';
import { cliProcess, expectRefusal, temporaryFolder } from './cli.ts';
import { useTracelessRuns } from './traceless.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const NETIF = file('../../agent/systems/lwip-netif.c');
const DIES = file('scenes/dies-on-no-flags.c');

/** lwIP as somebody's own program, with an address that is not the lab's. */
const build = (...more: readonly string[]): Promise<string> =>
  buildUpperTesterFor('lwip', [
    ...['-DUPPER_TESTER_NO_MAIN', '-I', '/usr/include/lwip', NETIF, ...more],
    ...['-Wl,--no-as-needed', '-llwip', '-lpthread'],
  ]);
const TARGET = {
  name: 'my stack',
  addresses: { ipv4: '192.168.7.9' },
  driver: { kind: 'upper tester', port: 10793 },
  limits: { connections: 64 },
  capabilities: { simultaneousOpen: false, timestamps: false },
};
const OPTIONS = [
  ...['--tap', '{tap}', '--address', '{target}', '--mask', '255.255.255.0', '--gateway', '{tester}'],
];
const AGENT = ['--', '--bind', '{target}', '--port', '10793', '--tester', '{tester}'];

/** Some containers give the device to root alone; most systems, to everybody. */
const AS_NOBODY = `mknod "$0" c 10 200
chmod 666 "$0"
mount --bind "$0" /dev/net/tun
exec setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"`;

describe('command line: lab tap', function () {
  this.timeout(1_200_000);
  const folder = temporaryFolder();
  const targetFile = join(folder, 'my-stack.json');
  const runs = useTracelessRuns();
  before(function () {
    const missing = lwip.missing();
    if (missing.length > 0) skipBecause(this, `apt-get install ${missing.join(' ')}`);
    writeFileSync(targetFile, JSON.stringify(TARGET));
    chmodSync(folder, 0o777);
  });

  const tested = (reports: string, program: string, mac: string, only: string): string[] => [
    ...['lab', 'tap', '--target-file', targetFile, '--reports', reports, '--only', only, '--report-only'],
    ...['--', program, ...OPTIONS, '--mac', mac, ...AGENT],
  ];
  const verdicts = (reports: string): Record<string, string> =>
    Object.fromEntries(
      readResults(join(reports, 'results.json')).cases.map((one) => [one.id, verdictOf(one, 'rfc9293')]),
    );

  it('starts a program, tests it and ends it, whatever its addresses are', async () => {
    const reports = join(folder, 'plain');
    const words = tested(
      reports,
      await build(),
      '02:11:22:33:44:55',
      'closed.rst.empty,established.text.in-order',
    );
    const { code, stderr } = await runs.begin(words).ended;
    expect(code, stderr).to.equal(0);
    expect(Object.values(verdicts(reports))).to.deep.equal(['conformant', 'conformant']);
    expect(readFileSync(join(reports, 'logs/tap.log'), 'utf8')).to.match(/^ready 10793$/m);
  });

  it('does so without root', async function () {
    if (process.getuid?.() !== 0) skipBecause(this, 'this user is not root anyway');
    const home = join(folder, 'home');
    mkdirSync(home);
    chmodSync(home, 0o777);
    const reports = join(home, 'reports');
    const program = join(folder, 'stack');
    writeFileSync(program, readFileSync(await build()), { mode: 0o755 });
    const words = tested(reports, program, '{mac}', 'closed.rst.empty,established.text.in-order');
    const { code, stderr } = await cliProcess(words, {
      prefix: ['unshare', '--mount', '--', 'sh', '-ec', AS_NOBODY, join(folder, 'tun')],
      env: { HOME: home, XDG_CACHE_HOME: join(home, '.cache') },
    });
    expect(code, stderr).to.equal(0);
    expect(Object.values(verdicts(reports))).to.deep.equal(['conformant', 'conformant']);
  });

  it('starts a program again that a segment has killed, and accuses that segment', async () => {
    const reports = join(folder, 'dies');
    const only = 'established.no-ack.empty,established.rst.at-rcv-nxt,established.ack.*';
    const words = tested(reports, await build('-Dread=read_or_die', DIES), '{mac}', only);
    const { code, stderr } = await runs.begin(words).ended;
    expect(code, stderr).to.equal(0);
    const results = readResults(join(reports, 'results.json'));
    expect(results.deaths).to.deep.equal([
      {
        ending: { signal: 'SIGABRT' },
        cause: { kind: 'segment', part: 'stimulus', id: 'established.no-ack.empty', family: 4 },
      },
    ]);
    const all = verdicts(reports);
    expect(all['established.no-ack.empty']).to.equal('deviates');
    expect(all['established.rst.at-rcv-nxt']).to.equal('conformant');
  });

  it('speaks lines to a program that takes them', async () => {
    const reports = join(folder, 'lines');
    const lines = join(folder, 'lines.json');
    writeFileSync(lines, JSON.stringify({ ...TARGET, driver: { kind: 'lines' } }));
    const only = 'closed.rst.empty,syn-sent.rst-ack.good,established.text.in-order,time-wait.fin.second';
    const { code, stderr } = await runs.begin([
      ...['lab', 'tap', '--target-file', lines, '--reports', reports, '--only', only, '--report-only', '--'],
      ...[
        'python3',
        file('scenes/kernel-on-a-tap.py'),
        '{tap}',
        '{target}',
        file('../../examples/targets/lines.py'),
      ],
    ]).ended;
    expect(code, stderr).to.equal(0);
    const all = verdicts(reports);
    expect(Object.keys(all)).to.have.length(4);
    // This machine's kernel does not follow every SHOULD.
    expect(Object.values(all).filter((one) => one !== 'permitted' && one !== 'conformant')).to.deep.equal([]);
  });

  it('says in one sentence why a program does not start', async () => {
    const said = await runs.begin(tested(join(folder, 'none'), './none', '{mac}', 'closed.rst.empty')).ended;
    expectRefusal(said, /`\.\/none .*failed to execute \.\/none: No such file/);
  });
});
