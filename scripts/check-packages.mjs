// Packs every package as it would be published and lets publint and attw look at the tarball. Then the data packages are installed by plain npm
// into an empty folder, where the code of their READMEs has to run. `node scripts/check-packages.mjs npm` does the last part alone.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runChecks } from "./internal/check-list.mjs";
import { readBlocks } from "./internal/readme-blocks.mjs";
import { capture, root } from "./internal/workspace.mjs";

const packed = join(root, "node_modules", ".cache", "packed");
rmSync(packed, { recursive: true, force: true });
mkdirSync(packed, { recursive: true });

/** What someone installs who only makes data, and what these need of ours. */
const dataPackages = ["dag", "igsm", "behaviors"];
const megabytes = 5;

const every = readdirSync(join(root, "packages"))
  .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8")) }))
  .filter(({ manifest }) => !manifest.private)
  .map(({ folder, manifest }) => ({ name: manifest.name, run: () => checkPackage(folder, manifest) }));

const alone = { name: `${dataPackages.join(", ")} by plain npm in an empty folder`, run: checkInstallation };

await runChecks(process.argv[2] === "npm" ? [alone] : [...every, alone]);

async function checkPackage(folder, manifest) {
  const cwd = join(root, "packages", folder);
  const pack = await capture("pnpm", ["pack", "--pack-destination", packed], { cwd });
  if (pack.code !== 0) return pack;
  const tarball = join(packed, `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`);
  const publint = await capture("pnpm", ["exec", "publint", tarball, "--strict"]);
  const attw = await capture("pnpm", ["exec", "attw", tarball, "--profile", "esm-only", "--no-emoji", "--no-color"]);
  return { code: publint.code || attw.code, output: `${publint.code ? publint.output : ""}${attw.code ? attw.output : ""}` };
}

/** Installs the data packages from their tarballs alone and runs the code of their READMEs there. */
async function checkInstallation() {
  const folder = mkdtempSync(join(tmpdir(), "bridge-install-"));
  try {
    const tarballs = [];
    for (const name of ["spec", ...dataPackages]) {
      const pack = await capture("npm", ["pack", "--pack-destination", folder], { cwd: join(root, "packages", name) });
      if (pack.code !== 0) return pack;
      tarballs.push(readdirSync(folder).find((file) => file.startsWith(`bridge-rl-${name}-`)));
    }
    const size = tarballs.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0) / 1e6;
    if (size >= megabytes) return { code: 1, output: `the tarballs have ${size.toFixed(1)} MB; ${megabytes} are allowed` };
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
    const install = await capture("npm", ["install", "--no-audit", "--no-fund", ...tarballs.map((file) => `./${file}`)], { cwd: folder });
    if (install.code !== 0) return install;
    if (existsSync(join(folder, "node_modules", "onnxruntime-node"))) return { code: 1, output: "onnxruntime-node was installed along" };
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
    for (const name of dataPackages) {
      const blocks = readBlocks(join(root, "packages", name, "README.md"));
      for (const { flags, code, line } of blocks.filter(({ language }) => language === "ts")) {
        if (flags.includes("no-run")) continue;
        writeFileSync(join(folder, "block.ts"), code);
        const run = await capture("node", ["--import", tsx, "block.ts"], { cwd: folder });
        if (run.code !== 0) return { code: run.code, output: `packages/${name}/README.md:${line}\n${run.output}` };
      }
    }
    return { code: 0, output: "" };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
