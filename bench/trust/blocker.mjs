// Loaded into the engine's process: blocks its event loop for three quarters of the time.
const PERIOD = 200;
const BLOCKED = 150;

setInterval(() => {
  const until = performance.now() + BLOCKED;
  while (performance.now() < until);
}, PERIOD).unref();
