import type { Driver, Handle } from '../../../target/driver.ts';

/**
 * Lets go of connections that the target opened by closing them. To abort one in SYN-RECEIVED is a nil dereference in the
 * gVisor of 2022 (`resetConnectionLocked` before there is a sender), and the whole sandbox ends with it.
 */
export function closingActiveOpens(driver: Driver): Driver {
  const active = new Set<number>();
  const connect: Driver['connect'] = async (...destination) => {
    const handle = await driver.connect(...destination);
    active.add(handle.socketId);
    return handle;
  };
  const close = (handle: Handle): Promise<void> => {
    active.delete(handle.socketId);
    return driver.close(handle);
  };
  const release: Driver['release'] = async (testerPort, handle) => {
    // It may be gone already, closed by its peer.
    if (handle && active.has(handle.socketId)) await close(handle).catch(() => undefined);
    else await driver.release(testerPort, handle);
  };
  const own = new Map<PropertyKey, unknown>(Object.entries({ connect, close, release }));
  return new Proxy(driver, {
    get(target, name) {
      if (own.has(name)) return own.get(name);
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
