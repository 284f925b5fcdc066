import type { StandardSchemaV1 } from "@standard-schema/spec";
import { BridgeError } from "./bridge-error.js";

/**
 * Checks options against any Standard Schema and fills in their defaults.
 *
 * @param owner  what the options belong to, for the message: `behaviour @me/backtracking`
 * @throws BridgeError `invalid-option` with the path and the reason of every problem found
 */
export function parseOptions<Schema extends StandardSchemaV1>(
  schema: Schema,
  input: unknown,
  owner: string,
): StandardSchemaV1.InferOutput<Schema> {
  const result = schema["~standard"].validate(input);
  if (result instanceof Promise) {
    throw new BridgeError("invalid-plugin", `the options of ${owner} are checked asynchronously; use a synchronous schema`);
  }
  if (result.issues) {
    const reasons = result.issues.map((issue) => {
      const path = (issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".");
      return path === "" ? issue.message : `${path}: ${issue.message}`;
    });
    throw new BridgeError("invalid-option", `the options of ${owner} don't fit: ${reasons.join("; ")}`);
  }
  return result.value;
}
