import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { framesOf, HANDSHAKE, pcapOf, type Sent } from '../explain/scene.ts';
import { BIN, cli, expectRefusal, temporaryFolder } from './cli.ts';

const CAPTURES = fileURLToPath(new URL('../explain/captures/', import.meta.url));
const BOTH_FINS = join(CAPTURES, 'reset-after-both-fins.pcap');

describe('command line: explain', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();

  it('tells the cause of each reset, and what there was in all', async () => {
    const { code, stdout } = await cli(['explain', BOTH_FINS]);
    expect(code).to.equal(0);
    expect(stdout).to.contain(
      'its application had closed the connection (FIN in 20), and text arrived in 18',
    );
    expect(stdout).to.contain('24 frames, 24 segments, 1 connection in');
  });

  it('prints JSON, writes a page, and prints one connection alone', async () => {
    const { stdout } = await cli(['explain', BOTH_FINS, '--json']);
    expect(JSON.parse(stdout)).to.include({ suite: 'segment-arrives', connections: 1 });
    const page = join(folder, 'page.html');
    expect((await cli(['explain', BOTH_FINS, '--html', page])).code).to.equal(0);
    expect(readFileSync(page, 'utf8')).to.match(/^<!doctype html>/);
    expect((await cli(['explain', BOTH_FINS, '--connection', '1'])).stdout).to.contain('connection 1 ');
  });

  it('prints what needs explaining, and with --all the rest too', async () => {
    const closed: readonly Sent[] = [
      ...HANDSHAKE,
      { from: 'a', ctl: 'FIN,ACK', seq: 1, ack: 1 },
      { from: 'b', ctl: 'FIN,ACK', seq: 1, ack: 2 },
      { from: 'a', ctl: 'ACK', seq: 2, ack: 2 },
    ];
    const file = join(folder, 'closed.pcap');
    writeFileSync(file, pcapOf(framesOf(closed)));
    expect((await cli(['explain', file])).stdout).to.not.contain('connection 1 ');
    expect((await cli(['explain', file, '--all'])).stdout).to.contain('closed by FINs, 192.0.2.1 first');
  });

  it('refuses what is no capture, and what it cannot find', async () => {
    const file = join(folder, 'text');
    writeFileSync(file, 'This is a text of more than twenty-four octets.');
    expectRefusal(await cli(['explain', file]), /neither pcap nor pcapng/);
    expectRefusal(await cli(['explain', join(folder, 'nowhere')]), /cannot be read/);
    expectRefusal(await cli(['explain', folder]), /cannot be read/);
    expectRefusal(await cli(['explain', BOTH_FINS, '--connection', '7']), /the capture has 1/);
    expectRefusal(await cli(['explain', BOTH_FINS, '--connection', 'x']), /not a number/);
  });

  it('explains a damaged capture up to the damage', async () => {
    const file = join(folder, 'cut.pcap');
    const whole = readFileSync(BOTH_FINS);
    writeFileSync(file, whole.subarray(0, whole.length - 5));
    const { code, stdout } = await cli(['explain', file]);
    expect(code).to.equal(0);
    expect(stdout).to.contain('ends in the middle of a frame').and.contain('23 frames');
  });

  it('explains standard input as it grows, before it ends', async () => {
    const child = spawn(process.execPath, [BIN, 'explain', '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
    let heard = '';
    const told = new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        heard += text;
        if (heard.includes('closed the connection (FIN in 20)')) resolve();
      });
    });
    child.stdin.write(readFileSync(BOTH_FINS));
    await told;
    expect(heard).to.not.contain('1 connection in');
    child.stdin.end();
    const [code] = await once(child, 'exit');
    expect(code).to.equal(0);
    expect(heard).to.contain('1 connection in');
  });
});
