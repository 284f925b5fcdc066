// `npm pack` takes package.json as it stands, and `workspace:` and `catalog:` mean nothing outside of this repository. As `prepack` this puts the
// versions they stand for in their place, as `postpack` (with --restore) it puts package.json back. Run in the package's folder.
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const kept = ".package.json.kept";

if (process.argv[2] === "--restore") {
  if (existsSync(kept)) renameSync(kept, "package.json");
} else {
  copyFileSync("package.json", kept);
  const manifest = JSON.parse(readFileSync("package.json", "utf8"));
  for (const kind of ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"]) {
    for (const name of Object.keys(manifest[kind] ?? {})) manifest[kind][name] = published(name, manifest[kind][name]);
  }
  // Put in place whole, since others resolve packages by it.
  writeFileSync(`${kept}.new`, `${JSON.stringify(manifest, undefined, 2)}\n`);
  renameSync(`${kept}.new`, "package.json");
}

function published(name, range) {
  if (range.startsWith("workspace:")) return range.slice("workspace:".length) + versionOf(name);
  return range === "catalog:" ? catalogVersion(name) : range;
}

function versionOf(name) {
  const folders = readdirSync(join(root, "packages")).map((folder) => join(root, "packages", folder, "package.json"));
  const manifests = folders.filter((file) => existsSync(file)).map((file) => JSON.parse(readFileSync(file, "utf8")));
  return manifests.find((manifest) => manifest.name === name).version;
}

function catalogVersion(name) {
  const text = readFileSync(join(root, "pnpm-workspace.yaml"), "utf8");
  const quoted = name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  return new RegExp(`^ {2}["']?${quoted}["']?: *["']?([^"'\\s]+)`, "m").exec(text)[1];
}
