import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the repository's tests look at in a package.json. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly type: string;
  readonly private?: boolean;
  readonly sideEffects?: boolean;
  readonly engines: { readonly node: string };
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** One folder of `packages/`. */
export interface Package {
  readonly folder: string;
  readonly directory: string;
  readonly manifest: Manifest;
}

export const root: string = fileURLToPath(new URL("..", import.meta.url));

/** Every package, in the order of its folder's name. */
export const packages: readonly Package[] = readdirSync(join(root, "packages"))
  .sort()
  .map((folder) => {
    const directory = join(root, "packages", folder);
    return { folder, directory, manifest: JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest };
  });

/** Files below a folder, recursively, without `node_modules` and `dist`; paths are absolute. */
export function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (!entry.isDirectory()) return [path];
    return ["node_modules", "dist"].includes(entry.name) ? [] : filesBelow(path);
  });
}

/** TypeScript files below a folder of a package, for example its `src`. */
export function sourcesOf({ directory }: Package, folder = "src"): string[] {
  return filesBelow(join(directory, folder)).filter((file) => file.endsWith(".ts"));
}
