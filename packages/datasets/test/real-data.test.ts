import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bridge, countBehaviors, demonstrate } from "@bridge-rl/behaviors";
import { igsm } from "@bridge-rl/igsm";
import { afterAll, expect, test } from "vitest";
import { collectStatistics, type DatasetRow, demonstrationRow, problemRow, readDataset, writeDataset } from "../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "bridge-datasets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = igsm({ operations: [3, 8], seed: 3, phrasebook: "terse" });
const problems = [...source.problems({ count: 150 })];
const demonstrations = problems.flatMap((problem) => demonstrate(problem, source.phrasebook, bridge(), 1));
const statisticsOf = (rows: readonly DatasetRow[]) => {
  const collector = collectStatistics({ detectBehaviors: (completion) => source.phrasebook.detectBehaviors(completion) });
  for (const row of rows) collector.add(row);
  return collector.result();
};

test("demonstrations come back from Parquet with their spans, and count the same behaviours", async () => {
  const rows = demonstrations.map((one) => demonstrationRow(one));
  const { file } = await writeDataset(join(folder, "sft"), rows, { format: "verl", spans: true });
  const back: DatasetRow[] = [];
  for await (const row of readDataset(file)) back.push(row);
  expect(back).toEqual(rows);

  const { behaviors, marks } = statisticsOf(back);
  const counted = countBehaviors(demonstrations).behaviors;
  expect(
    Object.fromEntries(
      behaviors.map(({ name, count, rows: shown, characters }) => [name, { demonstrations: shown, spans: count, characters }]),
    ),
  ).toEqual(counted);
  const attempts = counted["@bridge-rl/reflection"]?.spans;
  expect(marks.find(({ name }) => name === "attempt")?.count).toBe(attempts);
});

test("duplicates of templates are those of the hashes", () => {
  const twice = [...problems, ...problems.slice(0, 10)].map((problem) => problemRow(problem));
  const { duplicates, operations } = statisticsOf(twice);
  expect(duplicates.structures).toBe(160 - new Set(problems.map(({ structureHash }) => structureHash)).size);
  expect(duplicates.prompts).toBe(160 - new Set(problems.map(({ prompt }) => prompt)).size);
  expect(operations.reduce((sum, { count }) => sum + count, 0)).toBe(160);
});
