/** What undoes the steps of bringing something up. The last step is undone first. */
export class Cleanups {
  readonly #actions: (() => unknown)[] = [];

  add(action: () => unknown): void {
    this.#actions.push(action);
  }

  /** May be called more than once: each action runs once. */
  async run(): Promise<void> {
    for (const action of this.#actions.splice(0).reverse()) await action();
  }
}

/**
 * Brings something up in steps, and adds a `stop` that undoes them. When a step fails, those before it are undone.
 *
 * @param bringUp hands what undoes a step to its argument, right after the step
 */
export async function startInSteps<T extends object>(
  bringUp: (undo: (action: () => unknown) => void) => Promise<T>,
): Promise<T & { stop(): Promise<void> }> {
  const cleanups = new Cleanups();
  try {
    return { ...(await bringUp((action) => cleanups.add(action))), stop: () => cleanups.run() };
  } catch (error) {
    await cleanups.run();
    throw error;
  }
}
