// The quickstart from nothing but Node, npm and git: brings the tools, builds, trains both arms, writes the report.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { formatSeconds, say } from "./internal/say.mjs";
import { capture, prepareWorkspace, root } from "./internal/workspace.mjs";

const { task, rest } = takeTask(process.argv.slice(2));
const isIgsm = task === "igsm";
const config = `examples/quickstart/${isIgsm ? "quickstart" : "promptbench"}.config.ts`;
const directory = `runs/quickstart${isIgsm ? "" : `-${task.replace("/", "-")}`}`;

const start = performance.now();
const env = await prepareWorkspace({ say });

say("Building the packages, without type declarations (from turbo's cache the next time)");
const filters = ["--filter=bridge-rl...", "--filter=@bridge-rl/example-quickstart..."];
const build = await capture("pnpm", ["turbo", "run", "build", ...filters, "--", "--no-dts"], { env });
if (build.code !== 0) {
  console.error(build.output);
  process.exit(1);
}
say(`Ready after ${formatSeconds(start)}. Running ${config}`);

const setupSeconds = ((performance.now() - start) / 1000).toFixed(2);
// Ctrl-C reaches the child too, which saves and says how to go on; this process only waits for it.
process.on("SIGINT", () => {});
const bin = join(root, "packages", "cli", "bin", "bridge.js");
const words = ["run", config, "--directory", directory, ...rest];
const child = spawn(process.execPath, [bin, ...words], {
  cwd: root,
  env: {
    ...env,
    BRIDGE_COMMAND: isIgsm ? "npm start" : `npm start -- --task ${task}`,
    BRIDGE_TASK: task,
    BRIDGE_SETUP_SECONDS: setupSeconds,
  },
  stdio: "inherit",
});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});

/** `--task promptbench/arithmetic` is this script's own flag; all others are those of `bridge run`. */
function takeTask(words) {
  const at = words.findIndex((word) => word === "--task" || word.startsWith("--task="));
  if (at === -1) return { task: "igsm", rest: words };
  const joined = words[at].startsWith("--task=");
  const chosen = joined ? words[at].slice("--task=".length) : words[at + 1];
  if (chosen !== "igsm" && !/^promptbench\/\w+$/.test(chosen ?? "")) {
    console.error("--task takes igsm or promptbench/<task>, such as promptbench/arithmetic");
    process.exit(2);
  }
  return { task: chosen, rest: words.toSpliced(at, joined ? 1 : 2) };
}
