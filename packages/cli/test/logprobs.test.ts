import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { rowsOf, runBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";

interface Oracle {
  readonly sequences: { input_ids: number[] }[];
  readonly forward: { token_logps: { sequence: number; temperature: number; f64: number[] }[] };
}

const fixture = new URL("../../models/test/fixtures/llama-tiny/", import.meta.url).pathname;

test("logprobs gives the float64 oracle's numbers, line by line, for a folder without a tokenizer", async () => {
  const cwd = temporaryFolder();
  for (const name of ["config.json", "model.safetensors"]) cpSync(join(fixture, name), join(cwd, "model", name));
  const oracle = JSON.parse(readFileSync(join(fixture, "oracle.json"), "utf8")) as Oracle;
  const rows = [...oracle.sequences.map(({ input_ids: ids }) => ({ ids })), { ids: [7] }, { ids: [] }];
  writeFileSync(join(cwd, "ids.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));

  const result = await runBridge(["logprobs", "--model", "./model", "--in", "ids.jsonl", "--out", "out.jsonl"], { cwd });
  expect(result.stderr).toBe("");
  expect(result.code).toBe(0);
  const found = rowsOf<{ logProbabilities: number[] }>(readFileSync(join(cwd, "out.jsonl"), "utf8"));
  expect(found).toHaveLength(5);
  for (const { sequence, temperature, f64 } of oracle.forward.token_logps) {
    if (temperature !== 1) continue;
    const own = found[sequence]?.logProbabilities;
    expect(own).toHaveLength(f64.length);
    for (const [index, value] of f64.entries()) expect(Math.abs((own?.[index] ?? 0) - value)).toBeLessThan(3e-5);
  }
  expect(found.slice(3)).toEqual([{ logProbabilities: [] }, { logProbabilities: [] }]);
});

test("logprobs names the line of an id that the vocabulary lacks", async () => {
  const result = await runBridge(["logprobs", "-m", fixture], { cwd: temporaryFolder(), input: '{"ids":[1,2]}\n{"ids":[1,320]}\n' });
  expect(result.code).not.toBe(0);
  expect(result.stderr).toContain("standard input, line 2 has token id 320; the vocabulary has 320");
});
