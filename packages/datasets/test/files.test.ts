import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Demonstration, stepKinds } from "@bridge-rl/spec";
import fc from "fast-check";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { afterAll, describe, expect, test } from "vitest";
import {
  columnsOf,
  type DatasetFormat,
  type DatasetRow,
  datasetFormats,
  decodeRow,
  demonstrationRow,
  encodeRow,
  problemRow,
  readDataset,
  writeDataset,
} from "../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "bridge-datasets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(folder, String(folders++));
const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

const text = fc.string({ unit: "grapheme", maxLength: 40 });
const span = fc.record(
  { start: fc.nat(), end: fc.nat(), step: fc.nat(), kind: fc.constantFrom(...stepKinds), behavior: text },
  { requiredKeys: ["start", "end", "step", "kind"] },
);
const rlRow: fc.Arbitrary<DatasetRow> = fc.record(
  { prompt: text, answer: text, problem: text, operations: fc.maxSafeInteger(), structureHash: text, modulus: fc.integer({ min: 2 }) },
  { requiredKeys: ["prompt"], noNullPrototype: true },
);
const sftRow: fc.Arbitrary<DatasetRow> = fc
  .tuple(rlRow, text, fc.array(span, { maxLength: 3 }))
  .map(([row, completion, spans]) => ({ ...row, completion, spans }));

describe.each(datasetFormats)("%s", (format) => {
  test("decoding what was encoded gives the row back", () => {
    fc.assert(
      fc.property(fc.oneof(rlRow, sftRow), fc.option(text, { nil: undefined }), (row, system) => {
        const encoded = encodeRow(row, format, 3, { spans: true, ...(system === undefined ? {} : { system }) });
        const hasMessages = format === "verl" || format === "trl-conversational";
        expect(decodeRow(encoded, "here")).toEqual(system !== undefined && hasMessages ? { ...row, system } : row);
        expect(decodeRow(JSON.parse(JSON.stringify(encoded)), "here")).toEqual(decodeRow(encoded, "here"));
        const kind = row.completion === undefined ? "rl" : "sft";
        expect(Object.keys(encoded)).toEqual(columnsOf(format, kind, { spans: true }).map(({ name }) => name));
      }),
    );
  });

  test.each(["parquet", "jsonl"] as const)("files in %s give the rows back, across row groups", async (to) => {
    for (const kind of [rlRow, sftRow]) {
      const rows = [
        ...fc.sample(kind, { numRuns: 1300, seed: 4 }),
        { ...(fc.sample(kind, { numRuns: 1, seed: 5 })[0] as DatasetRow), problem: "last" },
      ];
      const directory = newFolder();
      const written = await writeDataset(directory, rows, { format, to, spans: true, split: "test" });
      expect(written).toMatchObject({ rows: 1301, kind: kind === rlRow ? "rl" : "sft" });
      expect(await collect(readDataset(written.file))).toEqual(rows);
      expect(await collect(readDataset(directory, { split: "test", format }))).toEqual(rows);
      await expect(collect(readDataset(directory, { split: "train" }))).rejects.toMatchObject({ code: "missing-file" });
    }
  });

  test("Parquet as a reader that is not the writer sees it: every row, int64, nulls, nested fields, features in the footer", async () => {
    const rows = fc.sample(sftRow, { numRuns: 1200, seed: 7 });
    const { file: path } = await writeDataset(newFolder(), rows, { format });
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    expect(metadata.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([1000, 200]);
    const features = JSON.parse(metadata.key_value_metadata?.find(({ key }) => key === "huggingface")?.value ?? "{}");
    expect(Object.keys(features.info.features)).toEqual(columnsOf(format, "sft").map(({ name }) => name));
    const seen = await parquetReadObjects({ file, metadata });
    const plain = JSON.parse(JSON.stringify(seen, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value)));
    expect(plain).toEqual(rows.map((row, index) => JSON.parse(JSON.stringify(encodeRow(row, format, index)))));
  });
});

describe("files by others", () => {
  const ask = "Grüße: 2 + 3 = ?\nAnswer in a box.";

  test("verl's RL schema by pyarrow, several row groups, nulls", async () => {
    expect(await collect(readDataset(fixture("verl-rl-pyarrow.parquet")))).toEqual([
      { prompt: ask, system: "Think first.", answer: "5", operations: 1 },
      { prompt: ask, answer: "7" },
    ]);
  });

  test("TRL's prompt-completion by datasets, answers as numbers", async () => {
    expect(await collect(readDataset(fixture("trl-datasets.parquet")))).toEqual([
      { prompt: "2 + 3 = ?", completion: "<think>easy 🙂</think>5", answer: "5", operations: 1 },
      { prompt: "2 * 3 = ?", completion: "", answer: "6" },
    ]);
  });

  test("TRL's conversations by datasets", async () => {
    expect(await collect(readDataset(fixture("trl-conversational-datasets.jsonl")))).toEqual([
      { prompt: ask, system: "Think first.", completion: "5" },
      { prompt: ask, completion: "five" },
    ]);
  });

  test("another schema, or another codec, is refused with what was found", async () => {
    await expect(collect(readDataset(fixture("unknown-pyarrow.parquet")))).rejects.toMatchObject({ code: "invalid-file" });
    writeFileSync(join(folder, "unknown.jsonl"), '{"question":"?","answer":"5"}\n');
    await expect(collect(readDataset(join(folder, "unknown.jsonl")))).rejects.toMatchObject({
      code: "invalid-file",
      message: expect.stringContaining("question, answer"),
    });
  });

  test.each<[string, string, RegExp]>([
    ["a line that is no JSON", '{"prompt"', /line 1 is not JSON/],
    ["a line that is no object", "[1]", /no object/],
    ["a prompt that is no text", '{"prompt":{"a":1}}', /has the fields prompt/],
    ["a conversation of several turns", '{"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]}', /user, user/],
    ["a message without a role", '{"messages":[{"content":"a"}]}', /role is missing/],
    ["half a number of operations", '{"prompt":"?","operations":1.5}', /operations is 1.5/],
    ["spans that are none", '{"prompt":"?","completion":"","spans":"[{}]"}', /list of spans/],
  ])("%s is refused with its place", async (_case, line, message) => {
    const path = join(folder, "wrong.jsonl");
    writeFileSync(path, `${line}\n`);
    await expect(collect(readDataset(path))).rejects.toMatchObject({ code: "invalid-file", message: expect.stringMatching(message) });
    await expect(collect(readDataset(path))).rejects.toMatchObject({ message: expect.stringContaining("wrong.jsonl, line 1") });
  });

  test("what is not there, and what is no Parquet", async () => {
    await expect(collect(readDataset(join(folder, "nowhere")))).rejects.toMatchObject({ code: "missing-file" });
    writeFileSync(join(folder, "fake.parquet"), "PAR? no");
    await expect(collect(readDataset(join(folder, "fake.parquet")))).rejects.toMatchObject({ code: "invalid-file" });
  });
});

describe("writeDataset", () => {
  const demonstration: Demonstration = { problem: "p", prompt: "?", completion: "!", spans: [], answer: true, operations: 2 };

  test("keeps demonstrations and problems apart, and leaves nothing behind when it fails", async () => {
    const rows = [demonstrationRow(demonstration), { prompt: "?" }];
    for (const to of ["parquet", "jsonl"] as const) {
      const directory = newFolder();
      await expect(writeDataset(directory, rows, { format: "trl", to })).rejects.toMatchObject({ code: "invalid-input" });
      expect(readdirSync(join(directory, "data"))).toEqual([]);
    }
    await expect(writeDataset(newFolder(), [], { format: "trl" })).rejects.toMatchObject({ code: "invalid-input" });
  });

  test("writes a card with what hubs read and what people read", async () => {
    const { card } = await writeDataset(newFolder(), [demonstrationRow(demonstration)], {
      format: "verl",
      title: 'Sums: "small"',
      description: "Own.",
      license: "mit",
    });
    const [, header = "", body = ""] = readFileSync(card, "utf8").split("---\n");
    expect(header).toContain('pretty_name: "Sums: \\"small\\""\nlicense: mit\n');
    expect(header).toContain("  - split: train\n    path: data/train-00000-of-00001.parquet\n");
    expect(header).toContain("  - name: messages\n    list:\n    - name: role\n      dtype: string\n");
    expect(header).toContain("  - name: train\n    num_examples: 1\n");
    expect(header).toContain("- n<1K");
    expect(body).toContain('# Sums: "small"\n\nOwn.\n');
    expect(body).toContain("| `extra_info` | { split: string, index: int64,");
  });

  test("keeps the splits that a folder has, and loses nothing in it", async () => {
    const directory = newFolder();
    const write = (split: string, count: number, format: DatasetFormat = "trl") =>
      writeDataset(directory, new Array<DatasetRow>(count).fill(demonstrationRow(demonstration)), { format, split });
    await write("train", 2);
    await write("test", 1);
    const { card } = await write("train", 3);
    const [, header = "", body = ""] = readFileSync(card, "utf8").split("---\n");
    for (const [name, rows] of [
      ["test", 1],
      ["train", 3],
    ]) {
      expect(header).toContain(`  - split: ${name}\n    path: data/${name}-00000-of-00001.parquet\n`);
      expect(header).toContain(`  - name: ${name}\n    num_examples: ${rows}\n`);
      expect(body).toContain(`| ${name} | ${rows} |`);
    }
    expect(header.match(/- split: /g)).toHaveLength(2);
    const before = readFileSync(card, "utf8");
    await expect(write("other", 1, "verl")).rejects.toMatchObject({ code: "run-conflict" });
    expect(readdirSync(join(directory, "data"))).toEqual(["test-00000-of-00001.parquet", "train-00000-of-00001.parquet"]);
    expect(readFileSync(card, "utf8")).toBe(before);
    writeFileSync(card, "# My notes\n");
    await expect(write("other", 1)).rejects.toThrow("is no card of a dataset and would be lost");
    expect(readFileSync(card, "utf8")).toBe("# My notes\n");
  });

  test("words answers as it is told", () => {
    expect(demonstrationRow(demonstration).answer).toBe("true");
    expect(demonstrationRow(demonstration, { formatAnswer: (answer) => (answer ? "True" : "False") }).answer).toBe("True");
    const problem = {
      id: "p",
      source: { name: "x", version: 1, seed: 0, index: 0 },
      prompt: "?",
      graph: { nodes: [], target: 0 },
      answer: 3,
      difficulty: { operations: 4 },
      structureHash: "h",
    };
    expect(problemRow(problem)).toEqual({ prompt: "?", answer: "3", problem: "p", operations: 4, structureHash: "h" });
  });

  test("passes verl's fields through", () => {
    const format: DatasetFormat = "verl";
    expect(encodeRow({ prompt: "?", answer: "3" }, format, 9, { dataSource: "own", ability: "logic", split: "test", system: "S" })).toEqual(
      {
        data_source: "own",
        prompt: [
          { role: "system", content: "S" },
          { role: "user", content: "?" },
        ],
        ability: "logic",
        reward_model: { style: "rule", ground_truth: "3" },
        extra_info: { split: "test", index: 9, answer: "3", problem: null, operations: null, structure_hash: null, modulus: null },
      },
    );
  });
});
