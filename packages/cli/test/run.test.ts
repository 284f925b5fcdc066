import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { readRun, summaryFileSchema } from "@bridge-rl/report";
import { createRandom } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { ended, runBridge, startBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";
import { hashesOf, tinyConfig, writeTinyRun } from "./tiny-run.js";

let known: Promise<Record<string, string>> | undefined;

/** What a run leaves that nobody disturbed; made once. */
function undisturbed(): Promise<Record<string, string>> {
  known ??= freshFolder().then((folder) => runToTheEnd(folder, "undisturbed"));
  return known;
}

async function runToTheEnd(folder: string, directory: string, flags: readonly string[] = []): Promise<Record<string, string>> {
  const { code, stderr } = await runBridge(["run", "tiny.json", "-d", directory, ...flags], { cwd: folder });
  expect(code, stderr).toBe(0);
  return fingerprint(folder, directory);
}

function fingerprint(folder: string, directory: string): Record<string, string> {
  // run.json holds the command, which names the directory.
  const { "run.json": _, ...hashes } = hashesOf(join(folder, directory));
  return hashes;
}

async function freshFolder(): Promise<string> {
  const folder = temporaryFolder();
  await writeTinyRun(folder);
  return folder;
}

describe("bridge run", () => {
  test("runs every stage of every arm, prints the table and the report's path last", { timeout: 300_000 }, async () => {
    const folder = await freshFolder();
    const { code, stdout, stderr } = await runBridge(["run", "tiny.json"], { cwd: folder });

    expect(code, stderr).toBe(0);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("report: runs/tiny/report.html");
    for (const row of ["vanilla, after SFT", "vanilla, after GRPO", "bridge, after SFT", "bridge, after GRPO", "always answering 0"])
      expect(stdout).toContain(row);
    expect(existsSync(join(folder, "runs/tiny/report.html"))).toBe(true);
    const summary = summaryFileSchema.parse(JSON.parse(readFileSync(join(folder, "runs/tiny/summary.json"), "utf8")));
    expect(summary.arms.bridge?.grpo?.outOfDistribution?.n).toBe(8);
    expect(summary.constantBaseline.inDistribution?.answer).toBe(0);

    const { arms, notes } = await readRun(join(folder, "runs/tiny"));
    expect(notes).toEqual([]);
    for (const arm of arms) {
      expect(arm.evaluations.map(({ stage, split }) => `${stage} ${split}`)).toEqual([
        "sft in-distribution",
        "sft out-of-distribution",
        "grpo in-distribution",
        "grpo out-of-distribution",
      ]);
      expect(arm.rollouts.sft).toHaveLength(6);
      expect(arm.influence.sft?.queries).toHaveLength(6);
      expect(arm.influence.sft?.readiness?.rollouts).toBe(4);
      expect(arm.events.filter((event) => event.phase === "influence").map(({ step }) => step)).toEqual([1, 5]);
      expect(arm.events.filter((event) => event.phase === "sft")).toHaveLength(12);
      expect(arm.events.filter((event) => event.phase === "grpo")).toHaveLength(8);
      for (const { metrics } of arm.events) for (const name of Object.keys(metrics)) expect(name).not.toMatch(/second|time|millis/);
    }
    // Arms differ in their demonstrations, not in the problems that these are made from.
    const problemsOf = (arm: string) =>
      readFileSync(join(folder, `runs/tiny/arms/${arm}-seed1/demonstrations.jsonl`), "utf8")
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { problem: string }).problem);
    expect(problemsOf("bridge")).toEqual(problemsOf("vanilla"));
  });

  test("gives the same bytes twice, one arm after the other or side by side", { timeout: 300_000 }, async () => {
    const folder = await freshFolder();
    const sequential = await runToTheEnd(folder, "sequential", ["--parallel", "1"]);
    expect(Object.keys(sequential).length).toBeGreaterThan(30);
    expect(sequential).toEqual(await undisturbed());
  });

  test("killed at random moments and started again, it ends with the same bytes", { timeout: 600_000 }, async () => {
    const folder = await freshFolder();
    const random = createRandom(1, "kills");
    const arms = ["vanilla", "bridge"].map((arm) => join(folder, `killed/arms/${arm}-seed1/events.jsonl`));
    const eventsSoFar = () =>
      arms.reduce((sum, file) => sum + (existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0), 0);
    let kills = 0;
    for (const [from, to] of [
      [1, 8],
      [12, 22],
      [25, 34],
      [36, 46],
    ] as const) {
      const child = startBridge(["run", "tiny.json", "-d", "killed"], folder);
      const end = ended(child);
      const enough = random.integer(from, to);
      while (child.exitCode === null && eventsSoFar() < enough) await wait(5);
      if (child.kill("SIGKILL")) kills++;
      await end;
    }
    expect(kills).toBe(4);
    expect(await runToTheEnd(folder, "killed")).toEqual(await undisturbed());
  });

  test("saves and says how to resume on Ctrl-C, and resumes to the same bytes", { timeout: 300_000 }, async () => {
    const folder = await freshFolder();
    const child = startBridge(["run", "tiny.json", "-d", "stopped"], folder);
    const end = ended(child);
    const events = join(folder, "stopped/arms/vanilla-seed1/events.jsonl");
    while (!existsSync(events) || readFileSync(events, "utf8").split("\n").length < 4) await wait(20);
    child.kill("SIGINT");
    const { code, stderr } = await end;
    expect(code, stderr).toBe(130);
    expect(stderr).toContain("Resume with:\n  bridge run tiny.json -d stopped");

    expect(await runToTheEnd(folder, "stopped")).toEqual(await undisturbed());
  });

  test("refuses another config in the same directory, and says what differs", { timeout: 120_000 }, async () => {
    const folder = temporaryFolder();
    const quick = {
      ...tinyConfig,
      arms: { vanilla: "vanilla" },
      stages: { sft: false, evaluate: false, rollout: false, influence: false, grpo: false },
    };
    await writeTinyRun(folder, quick);
    const first = await runBridge(["run", "tiny.json"], { cwd: folder });
    expect(first.code, first.stderr).toBe(0);
    const second = await runBridge(["run", "tiny.json", "--set", "grpo.steps=9"], { cwd: folder });
    expect(second.code).toBe(4);
    expect(second.stderr).toContain("grpo.steps was 8 and is 9");
    expect(second.stderr).toContain("another --directory");
  });

  test.each([
    { set: "grpo.setps=3", says: "there is no grpo.setps. Did you mean steps?" },
    { set: "sft.epochs=-1", says: "sft.epochs" },
    { set: "arms.bridge=brigde", says: "arms.bridge" },
    { set: "baseModel=./nowhere", says: "has no config.json" },
    { set: "task.options.opperations=3", says: "opperations" },
  ])("refuses --set $set before anything is written", async ({ set, says }) => {
    const folder = await freshFolder();
    const { code, stderr } = await runBridge(["run", "tiny.json", "--set", set], { cwd: folder });
    expect([2, 3]).toContain(code);
    expect(stderr).toContain(says);
    expect(existsSync(join(folder, "runs"))).toBe(false);
  });
});
