import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BridgeError } from "@bridge-rl/spec";
import type { ModelOpener } from "../pipeline/pipeline-config.js";
import { isHubModel, resolveHubModel } from "./hub-model.js";
import { isPath, loadModule } from "./load-module.js";
import { openModel } from "./open-model.js";

/**
 * Finds the folder of a model: a path, a package that exports `modelDirectory` (a path or a file URL), or `hf:owner/name[@revision]`, a repository
 * of the Hugging Face hub, which is downloaded at first use.
 *
 * @throws BridgeError `missing-file`, `missing-dependency`, `invalid-plugin` for a package without a model, and what `downloadModel` throws
 */
export async function resolveModelDirectory(name: string, directory: string): Promise<string> {
  if (isHubModel(name)) return resolveHubModel(name);
  const path = resolve(directory, name);
  if (isPath(name) || existsSync(resolve(path, "config.json"))) {
    if (existsSync(resolve(path, "config.json"))) return path;
    throw new BridgeError("missing-file", `${path} is no model: it has no config.json. Pass a folder in Hugging Face layout, or a package`);
  }
  const { modelDirectory } = await loadModule(name, directory);
  if (typeof modelDirectory === "string") return modelDirectory.startsWith("file:") ? fileURLToPath(modelDirectory) : modelDirectory;
  if (modelDirectory instanceof URL) return fileURLToPath(modelDirectory);
  throw new BridgeError("invalid-plugin", `${name} exports no modelDirectory, so it carries no model; pass a folder instead`);
}

/** Makes the opener of a base model that is given by its name. */
export function modelOpener(base: string | ModelOpener, directory: string): ModelOpener {
  if (typeof base === "function") return base;
  return async ({ directory: folder, threads, ...options }) =>
    openModel(folder ?? (await resolveModelDirectory(base, directory)), threads, options);
}
