/** Name of the source, also in ids. */
export const sourceName = "igsm";

/** Raised whenever the same options, seed and index would give another problem. */
export const sourceVersion = 1;
