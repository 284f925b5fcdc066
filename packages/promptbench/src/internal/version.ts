/** Name of the package in source names and ids: `promptbench/arithmetic`. */
export const packageName = "promptbench";

/** Raised whenever the same options, seed and index would give another problem. */
export const sourceVersion = 2;
