import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { Page, type PageOptions } from './page.ts';

const CHROMIUM = '/usr/bin/chromium';

/** What the DevTools protocol answers, or tells on its own. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly sessionId?: string;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

export type Listener = (method: string, params: Record<string, unknown>) => void;

/**
 * A headless Chromium that can reach nothing, driven over a pipe by the DevTools protocol: with the real clock, real
 * keys, and the tree that a screen reader is given.
 */
export class Browser {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #commands: Writable;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #listeners = new Map<string, Listener>();
  #id = 0;
  #gone = false;

  private constructor(process: ChildProcess, profile: string) {
    this.#process = process;
    this.#profile = profile;
    this.#commands = process.stdio[3] as Writable;
    process.once('exit', () => {
      this.#gone = true;
      const error = { message: 'the browser has ended' };
      for (const tell of this.#waiting.values()) tell({ error });
    });
    // A command that comes too late is told so by the exit.
    this.#commands.on('error', () => {});
    let rest = '';
    (process.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const messages = (rest + text).split('\0');
      rest = messages.pop() ?? '';
      for (const message of messages) this.#hear(JSON.parse(message));
    });
  }

  static async start(): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), 'segment-arrives-chromium-'));
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      '--host-resolver-rules=MAP * ~NOTFOUND',
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
      'about:blank',
    ];
    const child = spawn(CHROMIUM, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    return new Browser(child, profile);
  }

  /** Opens a page and waits until it has loaded. */
  async open(url: string, options: PageOptions = {}): Promise<Page> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page({
      send: (method, params) => this.send(method, params, sessionId as string),
      listen: (listener) => this.#listeners.set(sessionId as string, listener),
    });
    await page.load(url, options);
    return page;
  }

  /** @throws Error when the browser refuses */
  send(method: string, params: object = {}, sessionId?: string): Promise<Record<string, unknown>> {
    if (this.#gone) return Promise.reject(new Error(`${method}: the browser has ended`));
    this.#id += 1;
    const id = this.#id;
    this.#commands.write(`${JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) })}\0`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result ?? {});
      });
    });
  }

  #hear(message: Message): void {
    if (message.id !== undefined) {
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    } else if (message.method) {
      this.#listeners.get(message.sessionId ?? '')?.(message.method, message.params ?? {});
    }
  }

  async close(): Promise<void> {
    const exited = once(this.#process, 'exit');
    this.send('Browser.close').catch(() => {});
    await exited;
    // Its helpers may outlive it by a moment, and write.
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
