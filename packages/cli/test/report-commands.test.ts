import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EvaluationRecord, RunFile } from "@bridge-rl/report";
import { expect, test } from "vitest";
import { runBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";

/** A run that was only evaluated: right answers of 100 before and after GRPO, by arm. */
function writeRun(directory: string, name: string, arms: Readonly<Record<string, readonly [before: number, after: number]>>): void {
  const file: RunFile = {
    formatVersion: 1,
    name,
    task: { name: "igsm", options: {} },
    versions: {},
    config: {},
    arms: Object.keys(arms).map((arm) => ({ name: arm, seed: 1, directory: `arms/${arm}-seed1` })),
    seeds: [1],
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "run.json"), JSON.stringify(file));
  for (const [arm, [before, after]] of Object.entries(arms)) {
    const folder = join(directory, `arms/${arm}-seed1`);
    mkdirSync(folder, { recursive: true });
    const record = (stage: "sft" | "grpo", correct: number): EvaluationRecord => ({
      ...{ stage, split: "in-distribution", correct, count: 100, byOperations: [{ operations: 3, correct, count: 100 }] },
      ...{ constantBaseline: { answer: 0, correct: 9, count: 100 }, truncated: 0, meanLength: 60 },
    });
    writeFileSync(join(folder, "evaluations.json"), JSON.stringify([record("sft", before), record("grpo", after)]));
    const grpo = { phase: "grpo", step: 1, metrics: { grad_norm: after - before } };
    writeFileSync(join(folder, "events.jsonl"), `${JSON.stringify(grpo)}\n`);
  }
}

test("runs are reported side by side, and compared by what was known before GRPO", { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  writeRun(join(folder, "small"), "small", { vanilla: [40, 45], bridge: [38, 60] });
  writeRun(join(folder, "large"), "large", { bridge: [50, 80] });

  const report = await runBridge(["report", "small", "large", "-o", "both.html"], { cwd: folder });
  expect(report.stdout).toBe("report: both.html\n");
  const page = readFileSync(join(folder, "both.html"), "utf8");
  for (const arm of ["small: vanilla", "small: bridge", "large: bridge"]) expect(page).toContain(arm);

  const readiness = await runBridge(["readiness", "small", "large", "--json"], { cwd: folder });
  const { outcomes, compared } = JSON.parse(readiness.stdout);
  expect(outcomes.map(({ gain }: { gain: number }) => Math.round(100 * gain))).toEqual([5, 22, 30]);
  expect(compared.find(({ measure }: { measure: string }) => measure === "gradientNorm")).toEqual({
    ...{ measure: "gradientNorm", models: 3 },
    rankCorrelation: expect.closeTo(1, 9),
  });
  expect(compared.find(({ measure }: { measure: string }) => measure === "influence").rankCorrelation).toBe("undefined");

  const watched = await runBridge(["report", "small", "large", "--watch"], { cwd: folder });
  expect(watched.code).not.toBe(0);
  expect(watched.stderr).toContain("--watch follows one run");
});
