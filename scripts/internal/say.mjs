/** Prints what happens next, on standard error, so that standard output holds the result alone. */
export function say(line) {
  process.stderr.write(`▸ ${line}\n`);
}

/** Seconds since a moment of `performance.now()`. */
export function formatSeconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(0)} s`;
}
