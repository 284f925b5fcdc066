const marker = Symbol.for("bridge-rl.error");

/**
 * A misuse of the tensor graph: operands that don't fit, names given twice.
 *
 * It carries the marker of `BridgeError`, so `BridgeError.isInstance` recognises it; this package depends on nothing.
 */
export class TensorError extends Error {
  readonly code: "shape-mismatch" | "invalid-input";

  constructor(code: "shape-mismatch" | "invalid-input", message: string) {
    super(message);
    this.name = "TensorError";
    this.code = code;
    Object.defineProperty(this, marker, { value: true });
  }
}
