// The quickstart from nothing but Node, npm and git: brings the tools, builds, trains both arms, writes the report.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { formatSeconds, say } from "./internal/say.mjs";
import { capture, prepareWorkspace, root } from "./internal/workspace.mjs";

const start = performance.now();
const env = await prepareWorkspace({ say });

say("Building the packages, without type declarations (from turbo's cache the next time)");
const filters = ["--filter=bridge-rl...", "--filter=@bridge-rl/example-quickstart..."];
const build = await capture("pnpm", ["turbo", "run", "build", ...filters, "--", "--no-dts"], { env });
if (build.code !== 0) {
  console.error(build.output);
  process.exit(1);
}
say(`Ready after ${formatSeconds(start)}. Running examples/quickstart/quickstart.config.ts`);

const setupSeconds = ((performance.now() - start) / 1000).toFixed(2);
// Ctrl-C reaches the child too, which saves and says how to go on; this process only waits for it.
process.on("SIGINT", () => {});
const bin = join(root, "packages", "cli", "bin", "bridge.js");
const words = ["run", "examples/quickstart/quickstart.config.ts", "--directory", "runs/quickstart", ...process.argv.slice(2)];
const child = spawn(process.execPath, [bin, ...words], {
  cwd: root,
  env: { ...env, BRIDGE_COMMAND: "npm start", BRIDGE_SETUP_SECONDS: setupSeconds },
  stdio: "inherit",
});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
