/** What went wrong, as a closed set that callers can switch on. */
export type BridgeErrorCode =
  | "shape-mismatch"
  | "invalid-option"
  | "unknown-option"
  | "invalid-input"
  | "invalid-file"
  | "missing-file"
  | "missing-dependency"
  | "unsupported"
  | "invalid-plugin"
  | "invalid-trace"
  | "invalid-graph"
  | "generation-exhausted"
  | "non-finite"
  | "reward-failed"
  | "request-failed"
  | "write-failed"
  | "run-conflict"
  | "cancelled"
  | "internal";

const marker = Symbol.for("bridge-rl.error");

/**
 * The one error that bridge-rl throws for misuse: what was wrong, where, and what to do.
 *
 * Findings about data are returned as values, never thrown.
 */
export class BridgeError extends Error {
  readonly code: BridgeErrorCode;

  constructor(code: BridgeErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "BridgeError";
    this.code = code;
    Object.defineProperty(this, marker, { value: true });
  }

  /** Tells a BridgeError even where two copies of this package are installed. */
  static isInstance(error: unknown): error is BridgeError {
    return typeof error === "object" && error !== null && marker in error;
  }
}
