import { BridgeError, type ProblemSource } from "@bridge-rl/spec";
import { loadModule } from "./load-module.js";

/** Makes a problem source from its options. */
export type SourceFactory = (options: Readonly<Record<string, unknown>>) => ProblemSource;

/**
 * Finds the problem source of a name: `igsm`, `promptbench/<task>`, `extracted` (what `bridge extract` writes), or a module that exports a function `source` (or one function alone).
 *
 * @throws BridgeError `invalid-plugin` where the module has no such export, and what `loadModule` throws
 */
export async function resolveSourceFactory(name: string, directory: string): Promise<SourceFactory> {
  if (name === "igsm" || name === "@bridge-rl/igsm") {
    const { igsm } = await import("@bridge-rl/igsm");
    return igsm;
  }
  if (/^(@bridge-rl\/)?promptbench\//.test(name)) {
    const { promptbench, promptbenchTasks } = await import("@bridge-rl/promptbench");
    const task = promptbenchTasks.find((one) => name.endsWith(`/${one}`));
    if (task === undefined)
      throw new BridgeError("invalid-plugin", `there is no task ${name}; promptbench has ${promptbenchTasks.join(", ")}`);
    return (options) => promptbench({ ...options, task });
  }
  if (name === "extracted") {
    const { extractedSource } = await import("@bridge-rl/extract");
    return () => extractedSource();
  }
  const exports = await loadModule(name, directory);
  const functions = Object.values(exports).filter((value) => typeof value === "function");
  const factory = exports.source ?? (functions.length === 1 ? functions[0] : undefined);
  if (typeof factory !== "function") {
    throw new BridgeError(
      "invalid-plugin",
      `${name} exports no function named source that makes a problem source; built in are igsm and promptbench/<task>`,
    );
  }
  return (options) => assertSource(factory(options), name);
}

/** Checks by its shape that a value is a problem source of this version. */
export function assertSource(value: unknown, name: string): ProblemSource {
  if (isSource(value)) return value;
  throw new BridgeError(
    "invalid-plugin",
    `${name} did not give a problem source of spec version 1 (with problem, problems and phrasebook)`,
  );
}

function isSource(value: unknown): value is ProblemSource {
  return (
    typeof value === "object" &&
    value !== null &&
    "specVersion" in value &&
    value.specVersion === 1 &&
    "problem" in value &&
    typeof value.problem === "function" &&
    "problems" in value &&
    "phrasebook" in value
  );
}
