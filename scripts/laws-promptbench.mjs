// The laws of promptbench over ten thousand problems a task: `pnpm laws:promptbench`, or another number behind it.
import { spawnSync } from "node:child_process";

const [runs = "10000"] = process.argv.slice(2);
const words = ["exec", "vitest", "run", "--project", "promptbench", "test/generator-laws.test.ts"];
const { status } = spawnSync("pnpm", words, { stdio: "inherit", env: { ...process.env, BRIDGE_LAW_RUNS: runs } });
process.exitCode = status ?? 1;
