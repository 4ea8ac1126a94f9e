import type { Page } from './page.ts';

export interface Contrast {
  /** The minimum of WCAG 2.2 (1.4.3), and the contrast found. */
  readonly needed: number;
  readonly ratio: number;
  readonly text: string;
  readonly where: string;
}

/** Runs in the page: the contrast of each text with what is behind it, each pair of colours once. */
const MEASURE = `{
  const channels = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    // A mixed colour is told in parts of one.
    return colour.startsWith('color(') ? { r: r * 255, g: g * 255, b: b * 255, a } : { r, g, b, a };
  };
  const over = (top, below, alpha) => ({
    r: top.r * alpha + below.r * (1 - alpha),
    g: top.g * alpha + below.g * (1 - alpha),
    b: top.b * alpha + below.b * (1 - alpha),
    a: 1,
  });
  const luminance = ({ r, g, b }) => {
    const [R, G, B] = [r, g, b].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * R + 0.7152 * G + 0.0722 * B;
  };
  /** What is painted behind the text of an element. */
  const groundOf = (element) => {
    if (!element) return { r: 255, g: 255, b: 255, a: 1 };
    const own = channels(getComputedStyle(element).backgroundColor);
    return own.a === 1 ? own : over(own, groundOf(element.parentElement), own.a);
  };
  /** Behind a word of a picture lies the box that is drawn around it, if any. */
  const groundOfDrawn = (element) => {
    const below = groundOf(element);
    const box = element.parentElement.querySelector(':scope > rect');
    if (!box) return below;
    const { fill, fillOpacity } = getComputedStyle(box);
    return over(channels(fill), below, channels(fill).a * Number(fillOpacity));
  };
  /** Both fade into what is behind each ancestor that is not opaque. */
  const faded = (element, colours) => {
    if (!element) return colours;
    const opacity = Number(getComputedStyle(element).opacity);
    const behind = opacity < 1 ? groundOf(element.parentElement) : undefined;
    return faded(element.parentElement, behind ? colours.map((one) => over(one, behind, opacity)) : colours);
  };
  const seen = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (!text || /^(SCRIPT|STYLE|NOSCRIPT|TITLE|OPTION)$/i.test(element.tagName) || element.closest('.sr, [hidden], title')) continue;
    const style = getComputedStyle(element);
    if (style.visibility === 'hidden' || style.fontSize === '0px' || element.getClientRects().length === 0) continue;
    const drawn = element.closest('svg');
    const ground = drawn ? groundOfDrawn(element) : groundOf(element);
    const ink = channels(drawn ? style.fill : style.color);
    const shown = faded(element, [over(ink, ground, ink.a), ground]);
    const [light, dark] = shown.map(luminance).sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = Math.round(((light + 0.05) / (dark + 0.05)) * 100) / 100;
    const classOf = (one) => one.getAttribute('class') ?? '';
    const where = element.tagName.toLowerCase() + '.' + classOf(element) + ' in ' + (classOf(element.parentElement) || element.parentElement.tagName.toLowerCase());
    const key = [ratio, where].join();
    if (!seen.has(key)) seen.set(key, { needed: large ? 3 : 4.5, ratio, text: text.slice(0, 30), where });
  }
  return [...seen.values()];
}`;

/** The contrast of all text of a page, each pair of colours once. */
export const contrasts = (page: Page): Promise<Contrast[]> => page.evaluate<Contrast[]>(MEASURE);
