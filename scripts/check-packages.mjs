// Packs every package as it would be published and lets publint and attw look at the tarball.
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runChecks } from "./internal/check-list.mjs";
import { capture, root } from "./internal/workspace.mjs";

const packed = join(root, "node_modules", ".cache", "packed");
rmSync(packed, { recursive: true, force: true });
mkdirSync(packed, { recursive: true });

await runChecks(
  readdirSync(join(root, "packages"))
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8")) }))
    .filter(({ manifest }) => !manifest.private)
    .map(({ folder, manifest }) => ({ name: manifest.name, run: () => checkPackage(folder, manifest) })),
);

async function checkPackage(folder, manifest) {
  const cwd = join(root, "packages", folder);
  const pack = await capture("pnpm", ["pack", "--pack-destination", packed], { cwd });
  if (pack.code !== 0) return pack;
  const tarball = join(packed, `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`);
  const publint = await capture("pnpm", ["exec", "publint", tarball, "--strict"]);
  const attw = await capture("pnpm", ["exec", "attw", tarball, "--profile", "esm-only", "--no-emoji", "--no-color"]);
  return { code: publint.code || attw.code, output: `${publint.code ? publint.output : ""}${attw.code ? attw.output : ""}` };
}
