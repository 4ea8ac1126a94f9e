/** Actions that undo steps, the last step first. */
export class Cleanups {
  readonly #actions: (() => unknown)[] = [];

  add(action: () => unknown): void {
    this.#actions.push(action);
  }

  /** Runs each action once, however often it is called. */
  async run(): Promise<void> {
    for (const action of this.#actions.splice(0).reverse()) await action();
  }
}

/**
 * Starts something in steps, and adds a `stop` that undoes them. When a step fails, the earlier ones are undone.
 *
 * @param bringUp gives the undoing of each step to its argument, right after the step
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
