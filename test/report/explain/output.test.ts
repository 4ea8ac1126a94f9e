import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Account } from '../../../lib/explain/account.ts';
import { CAUSES, type Cause } from '../../../lib/explain/cause.ts';
import { CAUSE_NAMES } from '../../../lib/report/explain/causes.ts';
import {
  explainedCapture,
  explainedConnection,
  explanationsJsonSchema,
  explanationsSchema,
} from '../../../lib/report/explain/json.ts';
import { explanationPage } from '../../../lib/report/explain/page.ts';
import { accountLines, isNotable, summaryLines, Tally } from '../../../lib/report/explain/text.ts';
import { encodeIcmpError, PROTOCOL_ICMP } from '../../../lib/wire/icmp.ts';
import { encodeIpv4 } from '../../../lib/wire/ipv4.ts';
import {
  accountOf,
  explained,
  framesOf,
  HANDSHAKE,
  ISS,
  packetOf,
  pcapOf,
  type Sent,
} from '../../explain/scene.ts';
import { contrasts } from '../contrast.ts';
import { usePages } from '../pages.ts';

const CAPTURE = new URL('../../explain/captures/reset-after-both-fins.pcap', import.meta.url);
const SCHEMA = new URL('../../../schemas/explanation.schema.json', import.meta.url);

function outcome() {
  const { accounts, facts } = explained(readFileSync(CAPTURE), { ladders: true });
  const tally = new Tally();
  for (const account of accounts) tally.add(account);
  return { account: accounts[0] as Account, accounts, facts, tally };
}

describe('what explain prints', () => {
  it('names the segment, why, the rule, the form and how sure it is', () => {
    const lines = accountLines(outcome().account, false);
    expect(lines[0]).to.equal(
      'connection 1   192.0.2.1:53576 → 192.0.2.2:443   24 segments, ended by a reset',
    );
    const text = lines.join('\n');
    expect(text).to.contain('  22   192.0.2.2 sends <SEQ=5827><CTL=RST>');
    expect(text).to.contain(
      'why     its application had closed the connection (FIN in 20), and text arrived in 18 that nobody can read any more',
    );
    expect(text).to.contain('rule    RFC 9293 3.6.1, RFC 1122 4.2.2.13');
    expect(text).to.contain('form    SEQ is the ACK field of 18, no ACK: as RFC 9293 3.5.2 asks');
    expect(text).to.contain(
      'sure    likely: the capture was taken at 192.0.2.1; a call of the application cannot be seen',
    );
  });

  it('sums up by cause', () => {
    const { facts, tally } = outcome();
    expect(summaryLines(facts, tally)).to.deep.equal([
      '24 frames, 24 segments, 1 connection in 0.1 s',
      '  2  a connection that it had reset before',
      '  1  text for an application that has closed',
    ]);
  });

  it('has a name for each cause, and no two alike', () => {
    const names = (Object.keys(CAUSES) as Cause[]).map((cause) => CAUSE_NAMES[cause]);
    expect(new Set(names).size).to.equal(names.length);
  });

  it('keeps to its JSON Schema, which is published', () => {
    const { facts, tally, accounts } = outcome();
    const exported = explainedCapture(facts, tally, accounts.map(explainedConnection));
    expect(explanationsSchema.parse(JSON.parse(JSON.stringify(exported)))).to.deep.equal(exported);
    expect(JSON.parse(readFileSync(SCHEMA, 'utf8')), 'npm run schema').to.deep.equal(
      JSON.parse(JSON.stringify(explanationsJsonSchema())),
    );
    expect(
      exported.explained[0]?.explanations.map(({ segment, drawnBy }) => [segment.frame, drawnBy]),
    ).to.deep.equal([
      [22, 18],
      [23, 21],
      [24, 19],
    ]);
  });

  it('finds nothing to tell of a connection that was closed by FINs', () => {
    expect(isNotable({ ...outcome().account, explanations: [] })).to.equal(false);
  });
});

describe('numbers in what explain prints', () => {
  it('count from the opening that a segment belongs to', () => {
    const again = HANDSHAKE.map((one) => ({
      ...one,
      seq: one.seq + 100_000,
      ...(one.ack === undefined ? {} : { ack: one.ack + 100_000 }),
      after: 1,
    }));
    const resets: readonly Sent[] = [
      { from: 'b', ctl: 'RST,ACK', seq: 1, ack: 1 },
      { from: 'b', ctl: 'RST,ACK', seq: 100_001, ack: 100_001, after: 3 },
    ];
    const [first, second] = resets as [Sent, Sent];
    const lines = accountLines(accountOf([...HANDSHAKE, first, ...again, second]), false).join('\n');
    expect(lines.match(/<SEQ=1><ACK=1><CTL=RST,ACK>/g)).to.have.lengthOf(2);
  });

  it('count in the same way in what was expected', () => {
    const account = accountOf([
      ...HANDSHAKE,
      { from: 'a', ctl: 'FIN,ACK', seq: 1, ack: 1, after: 0.1 },
      { from: 'b', ctl: 'FIN,ACK', seq: 1, ack: 2, after: 0.02 },
      { from: 'a', ctl: 'ACK', seq: 2, ack: 2, after: 0.0001 },
      { from: 'a', ctl: 'ACK', seq: 2, ack: 2, after: 0.1 },
      { from: 'b', ctl: 'RST,ACK', seq: 2, ack: 2, after: 0.02 },
    ]);
    expect(accountLines(account, false).join('\n')).to.contain(
      '<SEQ=2><ACK=2><CTL=RST,ACK> is not what the standard asks for: that is <SEQ=2><CTL=RST>',
    );
    const [explained] = explainedConnection(account).explanations;
    expect(explained?.expected, 'as on the wire').to.deep.equal([`<SEQ=${(ISS.b + 2) >>> 0}><CTL=RST>`]);
  });

  it('say how long a capture is, whose frames are not in the order of their times', () => {
    const frames = framesOf(HANDSHAKE).map((frame, index) => ({ ...frame, time: frame.time - 10 * index }));
    expect(explained(pcapOf(frames)).facts.seconds).to.be.closeTo(20, 0.1);
  });
});

describe('the page of explain', function () {
  this.timeout(120_000);
  const pages = usePages();
  const page = () => {
    const { facts, tally, accounts } = outcome();
    return explanationPage('a <b> & "c".pcap', facts, tally, accounts);
  };

  it('asks the network for nothing, complains of nothing, and joins each reset with what drew it', async function () {
    const shown = await pages.open(this, pages.write('explained', page()));
    expect(
      await shown.evaluate<number>('document.querySelectorAll("svg:not(.narrow) .joint").length'),
    ).to.equal(3);
    expect(await shown.evaluate<string>('document.querySelector("h1").textContent')).to.equal(
      'a <b> & "c".pcap',
    );
    const text = await shown.evaluate<string>('document.querySelector("svg").textContent');
    expect(text).to.contain('FIN-WAIT-1').and.contain('TIME-WAIT').and.contain('CLOSED');
  });

  it('is walked through by keys', async function () {
    const shown = await pages.open(this, pages.write('keys', page()));
    const focused = 'document.activeElement.querySelector("h3 b").textContent';
    await shown.press('j');
    expect(await shown.evaluate<string>(focused)).to.equal('22');
    await shown.press('j');
    expect(await shown.evaluate<string>(focused)).to.equal('23');
    await shown.press('k');
    expect(await shown.evaluate<string>(focused)).to.equal('22');
    await shown.click('.causes li:first-child a');
    expect(await shown.evaluate<string>(focused)).to.equal('23');
  });

  it('is readable light and dark, and fits a narrow screen', async function () {
    const url = pages.write('shown', page());
    for (const dark of [false, true]) {
      const shown = await pages.open(this, url, { dark });
      const weak = (await contrasts(shown)).filter(({ ratio }) => ratio < 4.5);
      expect(weak).to.deep.equal([]);
    }
    const narrow = await pages.open(this, url, { width: 380 });
    expect(await narrow.evaluate<number>('document.documentElement.scrollWidth')).to.be.at.most(380);
  });

  it('cuts no state, and lays no text of a ladder over another', async function () {
    const url = pages.write('texts', page());
    for (const width of [1400, 380]) {
      const shown = await pages.open(this, url, { width });
      const texts = await shown.evaluate<{ text: string; box: number[] }[]>(`(() => {
        const svg = [...document.querySelectorAll('svg')].find((one) => one.getBoundingClientRect().width > 0);
        const { left, right } = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text')].map((one) => {
          const box = one.getBoundingClientRect();
          return { text: one.textContent, box: [box.left - left, box.right - left, box.top, box.bottom, right - left] };
        });
      })()`);
      expect(texts.filter(({ text }) => text === 'cause')).to.have.lengthOf(3);
      for (const { text, box } of texts) {
        const [left = -1, right = -1, top = 0, bottom = 0, room = 0] = box;
        expect(text).to.not.contain('…');
        expect(left, text).to.be.at.least(0);
        expect(right, text).to.be.at.most(room);
        const over = texts.filter(
          // A line may reach a little into the next one: letters do not fill it.
          ({ box: [l = 0, r = 0, t = 0, b = 0] }) => l < right && r > left && t + 4 < bottom && b > top + 4,
        );
        expect(over.map((one) => one.text)).to.deep.equal([text]);
      }
    }
  });

  it('draws an ICMP error where it came, as the cause', () => {
    const syn = packetOf({ from: 'a', ctl: 'SYN', seq: 0 }, 0);
    const addresses = { family: 4, src: '198.51.100.7', dst: '192.0.2.1' } as const;
    const rest = { tos: 0, id: 9, flags: 0, fragmentOffset: 0, ttl: 60, options: new Uint8Array() };
    const { src, dst } = addresses;
    const octets = encodeIpv4(
      { ...rest, protocol: PROTOCOL_ICMP[4], src, dst },
      encodeIcmpError('host unreachable', addresses, syn),
    );
    const capture = pcapOf([
      { time: 1, octets: syn },
      { time: 2, octets },
    ]);
    const { accounts, facts } = explained(capture, { ladders: true });
    const page = explanationPage('icmp', facts, new Tally(), accounts);
    expect(page).to.contain('ICMP 198.51.100.7: host unreachable').and.contain('>cause<');
  });

  it('says so when nothing needs explaining', async function () {
    const { facts } = outcome();
    const shown = await pages.open(
      this,
      pages.write('nothing', explanationPage('-', facts, new Tally(), [])),
    );
    expect(await shown.evaluate<string>('document.querySelector("main").textContent')).to.contain('Nothing');
  });
});
