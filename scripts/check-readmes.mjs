// Runs the code of every README: each `ts` block as it stands, and each `sh` block that calls `bridge`.
// A block fenced with `no-run` is left alone. Blocks of one file share a temporary folder, in order.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { runChecks } from "./internal/check-list.mjs";
import { callsBridge, readBlocks } from "./internal/readme-blocks.mjs";
import { capture, root } from "./internal/workspace.mjs";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const only = process.argv.slice(2);

// Code is put next to the package whose dependencies it may use; files at the top and in docs/ may use what the CLI may.
const cli = join(root, "packages", "cli");
const pages = [
  { file: join(root, "README.md"), home: cli },
  ...list("docs").map((name) => ({ file: join(root, "docs", name), home: cli })),
  ...["packages", "examples"].flatMap((kind) =>
    list(kind).map((name) => ({ file: join(root, kind, name, "README.md"), home: join(root, kind, name) })),
  ),
]
  .filter(({ file }) => file.endsWith(".md") && existsSync(file))
  .filter(({ file }) => only.length === 0 || only.some((word) => relative(root, file).includes(word)));

const folders = [];
try {
  await runChecks(pages.flatMap(checksOf));
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

function list(folder) {
  return existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : [];
}

function checksOf({ file, home }) {
  const blocks = readBlocks(file).filter(
    ({ language, flags, code }) => !flags.includes("no-run") && (language === "ts" || (language === "sh" && callsBridge(code))),
  );
  if (blocks.length === 0) return [];
  const workFolder = mkdtempSync(join(tmpdir(), "bridge-readme-"));
  const codeFolder = join(home, ".readme-blocks");
  folders.push(workFolder, codeFolder);
  return blocks.map((block) => ({
    name: `${relative(root, file)}:${block.line}`,
    run: () => (block.language === "ts" ? runTypeScript(block, { workFolder, codeFolder, file }) : runShell(block, workFolder)),
  }));
}

async function runTypeScript({ code, line }, { workFolder, codeFolder, file }) {
  mkdirSync(codeFolder, { recursive: true });
  const script = join(codeFolder, `${relative(root, file).replaceAll(/[^\w]+/g, "-")}-${line}.ts`);
  writeFileSync(script, code);
  const result = await capture("node", ["--conditions=@bridge-rl/source", "--import", tsx, script], { cwd: workFolder });
  if (result.code === 0 && result.output.trim() === "") return { code: 1, output: "it prints nothing: show the reader what comes out" };
  return result;
}

async function runShell({ code }, workFolder) {
  const bin = join(workFolder, ".bin");
  if (!existsSync(bin)) {
    mkdirSync(bin);
    symlinkSync(join(cli, "bin", "bridge.js"), join(bin, "bridge"));
    // What a reader who followed the quickstart has installed.
    symlinkSync(join(root, "examples", "quickstart", "node_modules"), join(workFolder, "node_modules"));
  }
  const environment = { ...process.env, NO_COLOR: "1", PATH: `${bin}${delimiter}${process.env.PATH}` };
  const script = code.replaceAll("npx bridge ", "bridge ");
  return capture("bash", ["-euo", "pipefail", "-c", script], { cwd: workFolder, env: environment });
}
