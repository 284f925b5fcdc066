// Runs every benchmark of the packages, one after the other, from their sources; each prints its own figures.
// `pnpm bench models grpo` runs those of some packages alone.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, loadavg } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { prepareWorkspace, root } from "./internal/workspace.mjs";

const env = await prepareWorkspace();
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const only = process.argv.slice(2);

const benches = readdirSync(join(root, "packages"))
  .filter((name) => only.length === 0 || only.includes(name))
  .map((name) => join(root, "packages", name, "bench"))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((file) => file.endsWith(".ts"));

const load = loadavg()[0];
console.log(`${availableParallelism()} cores, load ${load.toFixed(2)} before the first benchmark, Node ${process.versions.node}`);
if (load > 0.5) console.log("The machine is busy: expect lower figures than on an idle one.");

for (const file of benches) {
  console.log(`\n── ${relative(root, file)}`);
  const { status } = spawnSync(process.execPath, ["--conditions=@bridge-rl/source", "--import", tsx, file], {
    cwd: root,
    env,
    stdio: "inherit",
  });
  if (status !== 0) process.exitCode = 1;
}
