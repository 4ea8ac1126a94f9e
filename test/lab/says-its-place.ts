/** Prints where it thinks that it is: what a compiled script asks of its own place must be the place of its source. */
process.stdout.write(`${import.meta.url}\n`);
