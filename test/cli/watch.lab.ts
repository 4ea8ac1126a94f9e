import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cloneOfProject } from '../bin/clone.ts';

const CASE = 'established.no-ack.one-before';
const READY = 'Enter runs again';

describe('command line: watch', function () {
  this.timeout(1_200_000);
  let clone: string;
  let child: ChildProcess;
  let said = '';

  before(() => {
    clone = cloneOfProject();
    writeFileSync(join(clone, 'program'), 'first');
    const words = [
      'watch',
      '--stack',
      'reference',
      '--only',
      CASE,
      '--family',
      '4',
      '--on-change',
      'program',
    ];
    child = spawn(process.execPath, [join(clone, 'bin/segment-arrives.js'), ...words], {
      cwd: clone,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
  });

  after(() => {
    child.kill('SIGKILL');
    rmSync(clone, { recursive: true, force: true });
  });

  /** What is said from now on until the next run may begin. */
  const next = async (): Promise<string> => {
    while (!said.includes(READY)) await new Promise((resolve) => setTimeout(resolve, 20));
    const text = said;
    said = '';
    return text;
  };
  const change = (file: string, from: string, to: string): void => {
    const path = join(clone, file);
    const text = readFileSync(path, 'utf8');
    expect(text).to.contain(from);
    writeFileSync(path, text.replace(from, to));
  };

  it('runs the cases, and again on Enter, in the same lab', async () => {
    expect(await next()).to.contain('✓ 1 case in');
    child.stdin?.write('\n');
    expect(await next())
      .to.contain('✓ 1 case in')
      .and.to.contain('since the last run: no difference');
  });

  it('takes a suite as it is now, and says what has changed', async () => {
    const file = 'suites/3-synchronized/families/ack.ts';
    const [segment, reset] = ["send: '<SEQ=RCV.NXT-1>',", "send: '<SEQ=RCV.NXT-1><CTL=RST>',"];
    // A reset before the window gets no ACK (RFC 9293 3.10.7.4 first), so the expectation does not fit any more.
    change(file, segment, reset);
    expect(await next())
      .to.contain('1 failure')
      .and.to.contain('new deviation (1)');
    change(file, reset, "send: '<SEQ=RCV.NXT-1><CTL=RTS>',");
    expect(await next()).to.match(/families\/ack\.ts:\d+: .*unknown control bit RTS/);
    change(file, "send: '<SEQ=RCV.NXT-1><CTL=RTS>',", segment);
    expect(await next())
      .to.contain('✓ 1 case in')
      .and.to.contain('fixed (1)');
  });

  it('looks at the target anew when its program has changed', async () => {
    writeFileSync(join(clone, 'program'), 'second');
    expect(await next())
      .to.contain('✓ 1 case in')
      .and.to.contain('no difference');
  });

  it('ends by q', async () => {
    child.stdin?.write('q\n');
    const [code] = await once(child, 'exit');
    expect(code).to.equal(0);
  });
});
