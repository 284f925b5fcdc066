import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BridgeError } from "@bridge-rl/spec";

/**
 * Imports a module that a person named: a path (from `directory`) or a package (as if imported from there).
 *
 * TypeScript is handed to jiti where this Node can't read it by itself.
 *
 * @throws BridgeError `missing-file` for a path without a file, `missing-dependency` for a package that is not installed, and
 *   `invalid-file` where the module fails while it loads
 */
export async function loadModule(specifier: string, directory: string): Promise<Readonly<Record<string, unknown>>> {
  const url = isPath(specifier) ? urlOfPath(specifier, directory) : await urlOfPackage(specifier, directory);
  try {
    return await importAny(url);
  } catch (error) {
    if (BridgeError.isInstance(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BridgeError("invalid-file", `${specifier} fails while it loads: ${reason}`, { cause: error });
  }
}

/** Whether a name means a file rather than a package. */
export function isPath(specifier: string): boolean {
  return /^\.{0,2}\//.test(specifier) || isAbsolute(specifier) || /^\.{1,2}$/.test(specifier) || /\.([cm]?[jt]s)$/.test(specifier);
}

function urlOfPath(specifier: string, directory: string): string {
  const path = resolve(directory, specifier);
  if (!existsSync(path))
    throw new BridgeError("missing-file", `${path} does not exist; pass the path of a module, or the name of a package`);
  return pathToFileURL(path).href;
}

async function urlOfPackage(specifier: string, directory: string): Promise<string> {
  const from = join(directory, "package.json");
  try {
    return pathToFileURL(createRequire(from).resolve(specifier)).href;
  } catch (error) {
    // A package may export itself to `import` alone, which `require` can't see.
    const { createJiti } = await import("jiti");
    const found = createJiti(from).esmResolve(specifier, { parentURL: pathToFileURL(from), try: true });
    if (found !== undefined) return found;
    const message = `the package ${specifier} is not installed where ${directory} can see it; add it with your package manager, or check its name`;
    throw new BridgeError("missing-dependency", message, { cause: error });
  }
}

async function importAny(url: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(url);
  } catch (error) {
    if (!(error instanceof TypeError && "code" in error && error.code === "ERR_UNKNOWN_FILE_EXTENSION")) throw error;
    const { createJiti } = await import("jiti");
    return createJiti(url, { moduleCache: true }).import(url);
  }
}
