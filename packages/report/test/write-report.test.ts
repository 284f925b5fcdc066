import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EvaluationRecord, evaluationsFileSchema, readRun, renderReport, wilsonInterval, writeReport } from "../src/index.js";
import { makeRun } from "./make-run.js";

let directory: string;
let page: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "bridge-report-"));
  makeRun(directory, { seeds: [1, 2, 3] });
  page = readFileSync(await writeReport(directory), "utf8");
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function evaluationOf(arm: string, seed: number, stage: string, split: string): EvaluationRecord {
  const text = readFileSync(join(directory, `arms/${arm}-seed${seed}/evaluations.json`), "utf8");
  const found = evaluationsFileSchema.parse(JSON.parse(text)).find((record) => record.stage === stage && record.split === split);
  if (!found) throw new Error(`no ${stage} ${split}`);
  return found;
}

function textOf(element: { textContent: string | null } | null | undefined): string {
  return (element?.textContent ?? "").replace(/\s+/g, " ").trim();
}

describe("writeReport", () => {
  test("writes the same bytes again, beside nothing half-written, under 2 MB", async () => {
    const output = join(directory, "again.html");
    expect(await writeReport(directory, { output })).toBe(output);
    expect(readFileSync(output, "utf8")).toBe(page);
    expect(page.length).toBeLessThan(2e6);
    expect(readdirSync(directory).sort()).toEqual(["again.html", "arms", "report.html", "run.json", "summary.json"]);
  });

  test("leaves no file behind where it cannot write", async () => {
    await expect(writeReport(directory, { output: join(directory, "nowhere", "report.html") })).rejects.toThrow("ENOENT");
  });

  test("is well formed: unique ids, links and labels that lead somewhere, named pictures, headed tables", () => {
    const { document } = parseHTML(page);
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    expect(ids.filter((id, position) => ids.indexOf(id) !== position)).toEqual([]);
    for (const link of [...document.querySelectorAll('a[href^="#"]')]) expect(ids).toContain(`${link.getAttribute("href")}`.slice(1));
    for (const labelled of [...document.querySelectorAll("[aria-labelledby]")]) {
      for (const id of `${labelled.getAttribute("aria-labelledby")}`.split(" ")) expect(textOf(document.getElementById(id))).not.toBe("");
    }
    const pictures = [...document.querySelectorAll("svg")];
    expect(pictures.length).toBeGreaterThan(15);
    expect(document.querySelectorAll("svg.reasoning-graph")).toHaveLength(2);
    for (const picture of pictures) {
      expect(picture.getAttribute("role")).toBe("img");
      expect(textOf(picture.querySelector("title"))).not.toBe("");
      expect(textOf(picture.querySelector("desc"))).not.toBe("");
    }
    for (const table of [...document.querySelectorAll("table")]) {
      const columns = table.querySelectorAll("thead th[scope=col]").length;
      expect(textOf(table.querySelector("caption"))).not.toBe("");
      for (const row of [...table.querySelectorAll("tbody tr")]) {
        expect(row.querySelectorAll("th[scope=row]").length + row.querySelectorAll("td").length).toBe(columns);
      }
    }
  });

  test("draws no number that is not one", () => {
    expect(page).not.toMatch(/NaN|Infinity|undefined<|\[object/);
  });

  test("asks for nothing outside itself", () => {
    const { document } = parseHTML(page);
    expect(document.querySelectorAll("link, img, iframe, script[src], [style*=url]").length).toBe(0);
    expect(page).not.toMatch(/@import|url\(/);
  });

  test("heads with the pooled accuracies and their intervals", () => {
    const { document } = parseHTML(page);
    const rows = [...(document.querySelector("table.result")?.querySelectorAll("tbody tr") ?? [])];
    const pooled = [1, 2, 3].map((seed) => evaluationOf("bridge", seed, "grpo", "in-distribution"));
    const { accuracy, low, high } = wilsonInterval(
      pooled.reduce((sum, { correct }) => sum + correct, 0),
      pooled.reduce((sum, { count }) => sum + count, 0),
    );
    const cells = [...(rows[1]?.querySelectorAll("th, td") ?? [])].map(textOf);
    expect(cells[0]).toBe("bridge3 seeds");
    expect(cells[2]).toBe(
      `${(100 * accuracy).toFixed(1)}${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}seeds ${pooled.map(({ correct, count }) => ((100 * correct) / count).toFixed(1)).join(", ")}`,
    );
    expect(cells[4]).toBe("603");
    const base = evaluationOf("vanilla", 1, "base", "in-distribution");
    expect(textOf(document.querySelector("table.result tfoot"))).toContain(
      `Base model, before SFT: ${((100 * base.correct) / base.count).toFixed(1)}`,
    );
    expect(textOf(document.querySelector("table.result tfoot"))).toContain("Always answering “0”: 13.4 (9.4–18.8), n = 201");
  });

  test("shows the same problems of every arm, with what they wrote", async () => {
    const { document } = parseHTML(page);
    const { arms } = await readRun(directory);
    for (const unseen of [...document.querySelectorAll(".unseen")]) unseen.remove();
    const shown = [...document.querySelectorAll("#rollouts .answer pre")].map((element) => element.textContent);
    const expected = [0, 1, 2].flatMap((problem) =>
      ["vanilla", "bridge"].map((name) => arms.find((arm) => arm.name === name)?.rollouts.grpo?.[problem]?.rollouts[0]?.text),
    );
    expect(shown).toEqual(expected);
  });
});

describe("renderReport", () => {
  test("leaves out what a run does not have, and says so", async () => {
    const run = await readRun(directory);
    const bare = await renderReport({
      ...run,
      summary: undefined,
      arms: run.arms.map((arm) => ({ ...arm, events: [], evaluations: [], rollouts: {}, influence: {} })),
    });
    const { document } = parseHTML(bare);
    expect(document.querySelectorAll("svg").length).toBe(0);
    expect([...document.querySelectorAll("main > section")].map(({ id }) => id)).toEqual(["limits", "setup"]);
    const limits = textOf(document.querySelector("#limits"));
    for (const note of ["Nothing was evaluated", "No GRPO step", "No influence", "no rollout is shown"]) expect(limits).toContain(note);
  });

  test("shows a run of one arm that has only been fine-tuned", async () => {
    const run = await readRun(directory);
    const arms = run.arms.slice(0, 1).map((arm) => ({
      ...arm,
      events: arm.events.filter(({ phase }) => phase === "sft"),
      evaluations: arm.evaluations.filter(({ stage }) => stage === "sft"),
      rollouts: arm.rollouts.sft ? { sft: arm.rollouts.sft } : {},
      influence: {},
    }));
    const { document } = parseHTML(await renderReport({ ...run, arms }));
    expect(textOf(document.querySelector(".lead"))).toContain("GRPO has not been evaluated yet");
    expect([...document.querySelectorAll("main > section")].map(({ id }) => id)).toEqual([
      "result",
      "operations",
      "accuracy-distribution",
      "behaviors",
      "sft",
      "rollouts",
      "graph",
      "limits",
      "setup",
    ]);
  });

  test("names quantities by the letters of a prompt that has letters, and only then", async () => {
    const run = await readRun(directory);
    const wordsOf = async (prompt: (names: string) => string): Promise<string[]> => {
      const arms = run.arms.map((arm) => ({
        ...arm,
        rollouts: {
          sft: (arm.rollouts.sft ?? []).map((sample) => ({
            ...sample,
            prompt: prompt(sample.prompt),
            graph: { ...sample.graph, nodes: sample.graph.nodes.map((node) => ({ ...node, label: { symbol: `x${node.id}` } })) },
          })),
        },
      }));
      const { document } = parseHTML(await renderReport({ ...run, arms }));
      return [...document.querySelectorAll("#graph ul li")].map((item) => textOf(item));
    };
    for (const line of await wordsOf(() => "x0:3;x1:x0+2;?x1")) expect(line).toMatch(/^x\d+: each /);
    for (const line of await wordsOf((names) => names)) expect(line).toMatch(/^each /);
  });

  test("keeps text that looks like markup as text", async () => {
    const run = await readRun(directory);
    const name = `</title><script>alert("1")</script>&amp;`;
    const { document } = parseHTML(
      await renderReport({
        ...run,
        file: { ...run.file, name, config: { note: name } },
        arms: run.arms.map((arm) => ({ ...arm, name: `${arm.name}<b>` })),
      }),
    );
    expect(document.querySelector("h1")?.textContent).toBe(name);
    expect(document.querySelectorAll("script:not([type])").length).toBe(1);
    expect(textOf(document.querySelector("table.result tbody th"))).toContain("vanilla<b>");
  });
});
