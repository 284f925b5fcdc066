import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareReadiness } from "@bridge-rl/influence";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  meanWithInterval,
  mergeRuns,
  type Run,
  type RunFile,
  readinessOutcomes,
  readRun,
  renderReport,
  watchReport,
} from "../src/index.js";
import { makeRun } from "./make-run.js";

let directory: string;
let run: Run;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "bridge-report-"));
  makeRun(directory, { seeds: [1, 2], problems: 4, steps: 8 });
  run = await readRun(directory);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("several runs", () => {
  test("stand side by side, arm by arm, with their seeds", async () => {
    const other: Run = { ...run, file: { ...run.file, name: "another" } };
    const merged = mergeRuns([run, other]);
    expect([...new Set(merged.arms.map(({ name }) => name))]).toEqual([
      "quickstart: vanilla",
      "quickstart: bridge",
      "another: vanilla",
      "another: bridge",
    ]);
    expect(merged.arms).toHaveLength(8);
    const { document } = parseHTML(await renderReport(merged));
    const rows = [...document.querySelectorAll("table.result tbody th")].map((cell) => cell.textContent ?? "");
    expect(rows.slice(0, 4)).toEqual([
      "quickstart: vanilla2 seeds",
      "quickstart: bridge2 seeds",
      "another: vanilla2 seeds",
      "another: bridge2 seeds",
    ]);
  });

  test("of one name are told apart, and a single run stays as it is", () => {
    expect(mergeRuns([run])).toBe(run);
    expect(mergeRuns([run, run]).file.name).toBe("quickstart and quickstart (2)");
  });

  test("show accuracy by probability of injection where arms differ in it", async () => {
    const withProbabilities = (probabilities: readonly number[]): Run => ({
      ...run,
      file: {
        ...run.file,
        config: {
          arms: {
            vanilla: { behaviors: [["reflection", { probability: probabilities[0] }]] },
            bridge: { behaviors: [["reflection", { probability: probabilities[1] }]] },
          },
        },
      },
    });
    const sectionOf = async (one: Run) => parseHTML(await renderReport(one)).document.querySelector("#injection");
    const section = await sectionOf(withProbabilities([0.1, 0.3]));
    expect([...(section?.querySelectorAll("tbody th") ?? [])].map((cell) => cell.textContent)).toEqual(["vanilla", "bridge"]);
    expect([...(section?.querySelectorAll("tbody td:nth-child(2)") ?? [])].map((cell) => cell.textContent)).toEqual(["0.1", "0.3"]);
    expect(await sectionOf(withProbabilities([0.2, 0.2]))).toBeNull();
    const merged = mergeRuns([
      withProbabilities([0.1, 0.1]),
      { ...withProbabilities([0.4, 0.4]), file: { ...withProbabilities([0.4, 0.4]).file, name: "more" } },
    ]);
    expect((await sectionOf(merged))?.querySelectorAll("tbody tr").length).toBe(4);
  });

  test("tell one mean influence of an arm with several seeds, whose parts by behaviour add up to it", async () => {
    const [first, second] = run.arms.filter(({ name }) => name === "bridge").map(({ influence }) => influence.sft);
    if (!first || !second) throw new Error("the run has influence");
    const queries = first.queries.map((query) => ({ ...query, influence: query.influence + 1 }));
    const part = { behavior: "plain", tokens: 100, throughCorrect: 1, throughWrong: 1, influence: 2 };
    const arms = run.arms.map((arm): Run["arms"][number] => {
      const behaviors = arm.seed === 1 ? [part] : [{ ...part, influence: 6 }];
      const measured = { ...(arm.seed === 1 ? { ...first, queries } : second), behaviors };
      return { ...arm, influence: { sft: measured } };
    });
    const { document } = parseHTML(await renderReport({ ...run, arms }));
    const cells = (selector: string) => [...document.querySelectorAll(selector)].map((cell) => cell.textContent ?? "");

    const values = [...queries, ...second.queries].map(({ influence }) => influence);
    const { value, low, high } = meanWithInterval(values) ?? { value: 0, low: 0, high: 0 };
    const shown = cells("#influence table")[0] ?? "";
    for (const number of [value, low, high]) expect(shown).toContain(number.toPrecision(3).replace("-", "−"));
    expect(cells("#token-influence tbody tr:first-child b")[0]).toBe((8 / values.length).toPrecision(3));
    expect(cells("#token-influence tbody tr:first-child td:last-child")[0]).toBe("40.0");
    expect(cells("#token-influence h3")).toEqual(["vanilla, seed 1", "bridge, seed 1"]);
    expect(cells("#co-influence .panels .panel-title")[0]).toBe("vanilla, seed 1 influence");
  });

  test("give an outcome for each arm and seed, to compare what was known before GRPO", () => {
    const outcomes = readinessOutcomes([run]);
    expect(outcomes.map(({ name }) => name)).toEqual([
      "quickstart: vanilla, seed 1",
      "quickstart: vanilla, seed 2",
      "quickstart: bridge, seed 1",
      "quickstart: bridge, seed 2",
    ]);
    const evaluations = run.arms[0]?.evaluations ?? [];
    const share = (stage: string): number => {
      const record = evaluations.find((one) => one.stage === stage && one.split === "in-distribution");
      return record ? record.correct / record.count : Number.NaN;
    };
    expect(outcomes[0]?.gain).toBeCloseTo(share("grpo") - share("sft"), 12);
    expect(outcomes[0]?.measures).toEqual({ influence: 0.012, accuracy: 0.42, passAtN: 0.81, coefficient: 0.33, gradientNorm: 1.7 });
    expect(compareReadiness(outcomes).map(({ measure, models }) => `${measure} ${models}`)[0]).toBe("influence 4");
    const [arm] = run.arms;
    if (arm?.influence.sft === undefined) throw new Error("the run has influence");
    const { readiness: _, ...old } = arm.influence.sft;
    const measures = readinessOutcomes([{ ...run, arms: [{ ...arm, influence: { sft: old } }] }])[0]?.measures;
    expect(measures?.influence).toBeUndefined();
    expect(measures?.coefficient).toBeGreaterThan(0.1);
    expect(measures?.gradientNorm).toBe(arm.events.find(({ phase }) => phase === "grpo")?.metrics.grad_norm);
  });
});

describe("watchReport", () => {
  test("writes again when files change, reloads itself, and goes on over a torn file", async () => {
    const controller = new AbortController();
    const said: string[] = [];
    const page = join(directory, "report.html");
    const runFile = join(directory, "run.json");
    const file: RunFile = JSON.parse(readFileSync(runFile, "utf8"));
    let written = 0;
    await watchReport(directory, {
      interval: 0.05,
      signal: controller.signal,
      onWrite: (path) => {
        expect(path).toBe(page);
        written++;
        if (written === 1) writeFileSync(runFile, "{");
        else controller.abort();
      },
      onProblem: ({ code }) => {
        said.push(code);
        writeFileSync(runFile, JSON.stringify({ ...file, name: "renamed" }));
        appendFileSync(join(directory, "arms/vanilla-seed1/events.jsonl"), "");
      },
    });
    expect(written).toBe(2);
    expect(new Set(said)).toEqual(new Set(["invalid-file"]));
    const { document } = parseHTML(readFileSync(page, "utf8"));
    expect(document.querySelector("h1")?.textContent).toBe("renamed");
    expect(document.querySelector("meta[http-equiv=refresh]")?.getAttribute("content")).toBe("0.05");
  });
});
