// Packs every package as it would be published and lets publint and attw look at the tarball. Then the data packages are installed by plain npm
// into an empty folder, where the code of their READMEs has to run. `node scripts/check-packages.mjs npm` does the last part alone.
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
  const modules = join(folder, "node_modules");
  try {
    const tarballs = [];
    for (const name of ["spec", ...dataPackages]) {
      const pack = await capture("npm", ["pack", "--pack-destination", folder], { cwd: join(root, "packages", name) });
      if (pack.code !== 0) return pack;
      tarballs.push(readdirSync(folder).find((file) => file.startsWith(`bridge-rl-${name}-`)));
    }
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
    const install = await npmInstall(
      folder,
      tarballs.map((file) => `./${file}`),
    );
    if (install.code !== 0) return install;
    const sizes = readdirSync(modules)
      .flatMap((name) => (name.startsWith("@") ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name]))
      .map((name) => ({ name, size: diskUse(join(modules, name)) / 1e6 }))
      .sort((a, b) => b.size - a.size);
    const total = diskUse(modules) / 1e6;
    const figure = `${total.toFixed(2)} MB on the disk: ${sizes.map(({ name, size }) => `${name} ${size.toFixed(2)}`).join(", ")}`;
    if (total >= megabytes) return { code: 1, output: `${figure}; ${megabytes} are allowed` };
    if (existsSync(join(modules, "onnxruntime-node"))) return { code: 1, output: "onnxruntime-node was installed along" };

    const blocks = dataPackages.flatMap((name) =>
      readBlocks(join(root, "packages", name, "README.md"))
        .filter(({ language, flags }) => language === "ts" && !flags.includes("no-run"))
        .map((block) => ({ ...block, place: `packages/${name}/README.md:${block.line}`, needs: needsOf(block) })),
    );
    for (const { code, place, needs } of blocks) {
      const run = await runBlock(folder, code);
      if (needs.length === 0 && run.code !== 0) return { code: run.code, output: `${place}\n${run.output}` };
      if (needs.length > 0 && (run.code === 0 || needs.some((name) => !run.output.includes(`npm install ${name}`)))) {
        return { code: 1, output: `${place} has to say that ${needs.join(", ")} must be installed; it said:\n${run.output}` };
      }
    }
    // Only now what is optional.
    for (const { code, place, needs } of blocks.filter(({ needs }) => needs.length > 0)) {
      const more = await npmInstall(folder, needs);
      if (more.code !== 0) return more;
      const run = await runBlock(folder, code);
      if (run.code !== 0) return { code: run.code, output: `${place}\n${run.output}` };
    }
    return { code: 0, output: "", figure };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a block asks its reader to install besides: `needs=a,b` behind the language. */
function needsOf({ flags }) {
  return flags.filter((flag) => flag.startsWith("needs=")).flatMap((flag) => flag.slice("needs=".length).split(","));
}

function npmInstall(cwd, names) {
  return capture("npm", ["install", "--no-audit", "--no-fund", ...names], { cwd });
}

function runBlock(cwd, code) {
  writeFileSync(join(cwd, "block.ts"), code);
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  return capture("node", ["--import", tsx, "block.ts"], { cwd });
}

/** Bytes that a file or a folder takes, in whole blocks of the disk, as `du` counts them. */
function diskUse(path) {
  const stats = lstatSync(path);
  const inside = stats.isDirectory() ? readdirSync(path).map((name) => diskUse(join(path, name))) : [];
  return inside.reduce((sum, size) => sum + size, stats.blocks * 512);
}
