import { createHash } from "node:crypto";
import { isPlainObject } from "../internal/parse-flags.js";

/**
 * Turns a config with functions and plugins in it into plain JSON that stands for it, for `run.json` and to tell whether two configs
 * are the same.
 *
 * A plugin becomes its name and options, a function its name and a hash of its source text. What a function closes over can't be seen.
 */
export function plainConfig(value: unknown): unknown {
  if (typeof value === "function") return describeFunction(value);
  if (Array.isArray(value)) return value.map(plainConfig);
  if (typeof value !== "object" || value === null) return value;
  if ("specVersion" in value && "name" in value) {
    const options = "options" in value ? { options: plainConfig(value.options) } : {};
    return { plugin: value.name, specVersion: value.specVersion, ...options };
  }
  if (!isPlainObject(value)) return { instance: value.constructor.name };
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([name, inner]) => [name, plainConfig(inner)]),
  );
}

// biome-ignore lint/complexity/noBannedTypes: any function will do
function describeFunction(value: Function): Record<string, string> {
  return { function: value.name, source: createHash("sha256").update(value.toString()).digest("hex").slice(0, 16) };
}
