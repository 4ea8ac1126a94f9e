import { expect } from 'chai';
import {
  citationOf,
  citationsOf,
  isRule,
  REQUIREMENTS,
  RULE_IDS,
  type RuleId,
  requirementsOf,
  ruleOf,
} from '../../lib/standard/rules.ts';
import { SECTIONS } from './sections.ts';

describe('the table of rules', () => {
  it('has the numbered requirements of RFC 9293 appendix B, each as binding as its number says', () => {
    const numbered = (prefix: string) => RULE_IDS.filter((id) => id.startsWith(`${prefix}-`));
    expect(['MUST', 'SHLD', 'MAY', 'REC'].map((prefix) => numbered(prefix).length)).to.deep.equal([
      69, 31, 18, 1,
    ]);
    for (const [prefix, level] of Object.entries({ MUST: 'MUST', SHLD: 'SHOULD', MAY: 'MAY', REC: 'SHOULD' }))
      for (const id of numbered(prefix)) expect(ruleOf(id), id).to.include({ document: 'RFC 9293', level });
  });

  it('names a document and a section that exist', () => {
    for (const id of RULE_IDS) {
      const { document, section } = ruleOf(id);
      const sections = SECTIONS[document];
      expect(sections, `${id}: ${document}`).not.to.equal(undefined);
      expect(sections, `${id}: ${document} ${section}`).to.include(section);
    }
  });

  it('says in one sentence what each rule asks', () => {
    for (const id of RULE_IDS) {
      const { asks } = ruleOf(id);
      expect(asks.length, id).to.be.within(8, 130);
      expect(asks, id)
        .to.match(/^[A-Z0-9]/)
        .and.not.match(/[.!]$/);
    }
  });

  it('gives each an id that begins with its document and section; without a document it is of RFC 9293', () => {
    for (const id of RULE_IDS) {
      const { document, section } = ruleOf(id);
      if (/^[A-Z]+-\d+$/.test(id)) continue;
      const place = `${document} ${section}`;
      const begins = [place, ...(document === 'RFC 9293' ? [section] : [])].some(
        (start) => id === start || id.startsWith(`${start} `),
      );
      expect(begins || id === 'RFC 1337', id).to.equal(true);
    }
  });

  it('carries requirements alone', () => {
    const requirements = new Set(REQUIREMENTS);
    for (const id of RULE_IDS)
      for (const one of requirementsOf([id])) expect(requirements, id).to.include(one);
    expect(REQUIREMENTS).to.have.length(188);
  });

  it('takes all of RFC 793 as text: its keywords are not those of RFC 2119', () => {
    for (const id of RULE_IDS)
      if (ruleOf(id).document === 'RFC 793') expect(ruleOf(id).level, id).to.equal('text');
  });

  it('tells from the rules of a case what it cites and tests, each once', () => {
    const rules: RuleId[] = [
      'RFC 793 3.4 RST validity',
      'RFC 793 3.4 RST processing',
      '3.5.3 RST validity',
      'MUST-3',
    ];
    expect(citationsOf(rules)).to.deep.equal([
      'RFC 793 3.4 reset processing',
      'RFC 9293 3.5.3',
      'RFC 9293 3.1 checksum',
    ]);
    expect(requirementsOf(rules)).to.deep.equal(['3.5.3 RST validity', '3.5.3 RST processing', 'MUST-3']);
    expect(citationOf('RFC 1122 4.2.2.20 b')).to.equal('RFC 1122 4.2.2.20 (b)');
  });

  it('knows its ids, and nothing else', () => {
    expect(isRule('MUST-66')).to.equal(true);
    for (const id of ['MUST-70', 'constructor', '3.10.7.4 ninth']) expect(isRule(id), id).to.equal(false);
  });
});
