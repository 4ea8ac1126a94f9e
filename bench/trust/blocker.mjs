// Loaded into the engine's process: three quarters of the time its event loop does something else.
const PERIOD = 200;
const BLOCKED = 150;

setInterval(() => {
  const until = performance.now() + BLOCKED;
  while (performance.now() < until);
}, PERIOD).unref();
