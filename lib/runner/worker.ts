import { redeclare, takeOwnSuites } from '../catalogue/catalogue.ts';
import { resolveScenario } from '../catalogue/resolve.ts';
import { tellParent } from '../processes.ts';
import { say } from '../report/say.ts';
import { Engine } from './engine.ts';
import { type FromEngine, HEARTBEAT, type ToEngine } from './messages.ts';
import { reasonOfError } from './trial/play-scenario.ts';

/** The engine's process. It obeys its parent process and ends with it. In the lab it runs in the tester's network namespace. */
let engine: Engine | undefined;
/** Until it has come to an end, no case begins. */
let starting: Promise<void> | undefined;
let ending = false;

const tell = (message: FromEngine): void => tellParent(message);

// The heartbeat does not keep the process alive.
setInterval(() => tell({ kind: 'alive' }), HEARTBEAT).unref();

async function handle(message: ToEngine): Promise<void> {
  if (message.kind === 'start') {
    takeOwnSuites([{ name: 'own', scenarios: message.own.map(resolveScenario) }]);
    starting = begin(new Engine(message.settings), message.cases);
    await starting;
  } else if (message.kind === 'run') {
    await starting;
    if (ending) return;
    redeclare((message.redeclared ?? []).map(resolveScenario));
    await engine?.run(message.cases, (result) => tell({ kind: 'result', result }), {
      lost: (loss) => tell({ kind: 'lost', loss }),
      died: (death) => tell({ kind: 'death', death }),
      inquest: (progress) => tell({ kind: 'inquest', ...(progress ? { progress } : {}) }),
    });
  } else {
    await end(0);
  }
}

async function begin(begun: Engine, cases: Extract<ToEngine, { kind: 'start' }>['cases']): Promise<void> {
  engine = begun;
  try {
    tell({ kind: 'ready', target: await begun.start(cases) });
  } catch (error) {
    tell({ kind: 'impossible', message: say.reason(reasonOfError(error as Error)) });
    await end(2);
  }
}

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  try {
    await engine?.stop();
  } finally {
    tell({ kind: 'stopped' });
    if (process.connected) process.disconnect();
    process.exitCode = code;
    // Raw sockets and timers of interrupted cases would keep the process alive.
    setTimeout(() => process.exit(code), 50);
  }
}

process.on('message', (message: ToEngine) => {
  handle(message).catch((error: Error) => {
    tell({ kind: 'impossible', message: `the engine failed: ${error.stack ?? error.message}` });
    void end(2);
  });
});
process.on('disconnect', () => void end(2));
// Its parent may have ended while this was loaded: nobody tells again.
if (!process.connected) void end(2);
// Ctrl-C reaches the whole process group; the parent process decides when to stop.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => void end(2));
