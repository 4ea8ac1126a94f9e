import type { Listener } from './browser.ts';

/** What a page is drawn for. */
export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  readonly print?: boolean;
}

interface Session {
  send(method: string, params?: object): Promise<Record<string, unknown>>;
  listen(listener: Listener): void;
}

/** A node of the tree that a screen reader is given. */
export interface AccessibleNode {
  readonly role: string;
  readonly name: string;
}

/** How a key is told to the browser: its code, and the letter that it types, if any. */
const KEYS: Readonly<Record<string, { readonly code: number; readonly text?: string }>> = {
  Tab: { code: 9 },
  Enter: { code: 13, text: '\r' },
  Escape: { code: 27 },
  Space: { code: 32, text: ' ' },
  PageUp: { code: 33 },
  PageDown: { code: 34 },
  End: { code: 35 },
  Home: { code: 36 },
  ArrowLeft: { code: 37 },
  ArrowUp: { code: 38 },
  ArrowRight: { code: 39 },
  ArrowDown: { code: 40 },
};

/** One tab of a {@link Browser}. */
const YARDSTICKS = 12;
const SORTED = `Array.from({ length: ${YARDSTICKS} }, () =>
  Array.from({ length: 60_000 }, (_, at) => String((at * 7919) % 60_013)).sort().length)`;

export class Page {
  /** What it asked anybody for, besides itself and what it carries. */
  readonly requests: string[] = [];
  /** What it wrote to the console as an error or a warning, and what it threw. */
  readonly complaints: string[] = [];
  readonly #session: Session;
  #loaded: () => void = () => {};

  constructor(session: Session) {
    this.#session = session;
    session.listen((method, params) => this.#hear(method, params as never));
  }

  #hear(
    method: string,
    params: {
      readonly request: { readonly url: string };
      readonly entry: { readonly level: string; readonly text: string };
      readonly exceptionDetails: {
        readonly text: string;
        readonly exception?: { readonly description?: string };
      };
      readonly type: string;
      readonly args: readonly { readonly value?: unknown; readonly description?: string }[];
    },
  ): void {
    if (method === 'Page.loadEventFired') this.#loaded();
    if (method === 'Network.requestWillBeSent' && !params.request.url.startsWith('data:'))
      this.requests.push(params.request.url);
    if (method === 'Log.entryAdded' && params.entry.level !== 'info' && params.entry.level !== 'verbose')
      this.complaints.push(params.entry.text);
    if (method === 'Runtime.exceptionThrown') {
      const { text, exception } = params.exceptionDetails;
      this.complaints.push(exception?.description ?? text);
    }
    if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(params.type))
      this.complaints.push(
        params.args.map(({ value, description }) => String(value ?? description)).join(' '),
      );
  }

  async load(url: string, options: PageOptions): Promise<void> {
    // Processor time, not the clock's: other tests may share the machine.
    await this.#session.send('Performance.enable', { timeDomain: 'threadTicks' });
    for (const domain of ['Page', 'Network', 'Log', 'Runtime', 'Accessibility'])
      await this.#session.send(`${domain}.enable`);
    await this.show(options);
    const loaded = new Promise<void>((resolve) => {
      this.#loaded = resolve;
    });
    await this.#session.send('Page.navigate', { url });
    await loaded;
    // A page of ours inflates its data first, and is drawn after it has loaded.
    await this.until("!document.getElementById('data') || 'drawn' in document.body.dataset");
    const carried = (one: string) => one.split('#')[0] === url.split('#')[0];
    this.requests.splice(0, this.requests.length, ...this.requests.filter((one) => !carried(one)));
  }

  /** Changes what the page is drawn for. */
  async show({ width = 1400, height = 900, dark = false, print = false }: PageOptions): Promise<void> {
    await this.#session.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await this.#session.send('Emulation.setEmulatedMedia', {
      media: print ? 'print' : 'screen',
      features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
    });
  }

  /** The value of an expression in the page, awaited. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = (await this.#session.send('Runtime.evaluate', {
      expression: `(async () => ${expression.startsWith('{') ? expression : `(${expression})`})()`,
      awaitPromise: true,
      returnByValue: true,
    })) as { result: { value: T }; exceptionDetails?: { exception?: { description?: string } } };
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'it threw');
    return result.value;
  }

  /** Waits until an expression holds. @throws Error after 90 s: other tests share the machine */
  async until(expression: string): Promise<void> {
    const deadline = performance.now() + 90_000;
    while (!(await this.evaluate<boolean>(`Boolean(${expression})`))) {
      if (performance.now() > deadline) throw new Error(`not within 90 s: ${expression}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /**
   * Waits until an element is there, and a click in its middle would reach it, and clicks there as a user does. Scrolls to
   * it first.
   */
  async click(selector: string): Promise<void> {
    const middle = `{
      const part = document.querySelector(${JSON.stringify(selector)});
      if (!part) return null;
      part.scrollIntoView({ block: 'center' });
      const { left, top, width, height } = part.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      const hit = document.elementFromPoint(x, y);
      return hit && (part.contains(hit) || hit.contains(part)) ? { x, y } : null;
    }`;
    await this.until(`await (async () => ${middle})()`);
    const at = await this.evaluate<{ readonly x: number; readonly y: number }>(middle);
    for (const type of ['mousePressed', 'mouseReleased'])
      await this.#session.send('Input.dispatchMouseEvent', { type, ...at, button: 'left', clickCount: 1 });
  }

  /** Presses and releases a key; a modifier is written before it, e.g. `Shift+Tab`. */
  async press(key: string): Promise<void> {
    const shift = key.startsWith('Shift+');
    const name = shift ? key.slice(6) : key;
    const { code, text } = KEYS[name] ?? { code: name.toUpperCase().charCodeAt(0), text: name };
    const event = {
      key: name === 'Space' ? ' ' : name,
      windowsVirtualKeyCode: code,
      modifiers: shift ? 8 : 0,
    };
    await this.#session.send('Input.dispatchKeyEvent', {
      type: 'keyDown',
      ...event,
      ...(text ? { text } : {}),
    });
    await this.#session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  /** Seconds of processor time that the page's main thread has taken so far. */
  async busy(): Promise<number> {
    const { metrics } = (await this.#session.send('Performance.getMetrics')) as {
      metrics: { name: string; value: number }[];
    };
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  }

  /**
   * The same in yardsticks: one is what the page takes to sort some texts, measured right after. A busy machine stretches both. On an
   * idle machine it is some 30 ms.
   */
  async busyInYardsticks(): Promise<number> {
    const busy = await this.busy();
    await this.evaluate(SORTED);
    return busy / (((await this.busy()) - busy) / YARDSTICKS);
  }

  /** What a screen reader finds, ignored nodes left out. */
  async accessible(): Promise<AccessibleNode[]> {
    const { nodes } = (await this.#session.send('Accessibility.getFullAXTree')) as {
      nodes: { ignored: boolean; role?: { value: string }; name?: { value: string } }[];
    };
    return nodes
      .filter(({ ignored }) => !ignored)
      .map(({ role, name }) => ({ role: role?.value ?? '', name: name?.value ?? '' }));
  }

  /** How many sheets of paper it takes; for what it is drawn now, hence to be opened for print. */
  async sheets(): Promise<number> {
    const { data } = await this.#session.send('Page.printToPDF', { paperWidth: 8.27, paperHeight: 11.69 });
    const pdf = Buffer.from(data as string, 'base64').toString('latin1');
    return pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  }

  /** The visible part of the page, or all of it, as a PNG. */
  async screenshot(whole = false): Promise<Uint8Array> {
    const { data } = await this.#session.send('Page.captureScreenshot', {
      format: 'png',
      captureBeyondViewport: whole,
    });
    return Buffer.from(data as string, 'base64');
  }
}
