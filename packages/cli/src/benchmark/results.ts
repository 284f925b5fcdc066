import { createReadStream, existsSync } from "node:fs";
import { appendFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { BridgeError } from "@bridge-rl/spec";
import { wilsonInterval } from "@bridge-rl/training";
import { differences } from "../internal/differences.js";
import { writeAside, writeJson } from "../internal/write-aside.js";
import type { Cell } from "./cells.js";

/** One problem asked, as a line of `results.jsonl`. */
export interface BenchmarkResult {
  readonly task: string;
  readonly level: number;
  readonly index: number;
  readonly problem: string;
  readonly correct: boolean;
  readonly answer: string | null;
  readonly expected: string;
  readonly finishReason: "stop" | "length";
  readonly text: string;
}

/** How a model does on one task at one level. */
export interface CellAccuracy {
  readonly task: string;
  readonly level: number;
  readonly correct: number;
  readonly count: number;
  readonly accuracy: number;
  /** 95 %, Wilson. */
  readonly interval: readonly [number, number];
  /** Completions that reached the limit of tokens. */
  readonly truncated: number;
  /** What the most frequent answer gets. */
  readonly constantAnswer: number;
}

/** Results of a folder, which grow while the work goes on and survive when it stops. */
export interface ResultStore {
  readonly results: readonly BenchmarkResult[];
  has(task: string, level: number, index: number): boolean;
  add(results: readonly BenchmarkResult[]): Promise<void>;
}

/**
 * Opens a folder of results, new or begun by the same command.
 *
 * @throws BridgeError `run-conflict` where it holds results of other settings
 */
export async function openResults(folder: string, settings: Readonly<Record<string, unknown>>): Promise<ResultStore> {
  await mkdir(folder, { recursive: true });
  const settingsFile = join(folder, "benchmark.json");
  const file = join(folder, "results.jsonl");
  if (existsSync(settingsFile)) {
    const found = differences(JSON.parse(await readFile(settingsFile, "utf8")), settings);
    if (found.length > 0)
      throw new BridgeError("run-conflict", `${folder} holds results of other settings: ${found.join("; ")}; pass another --output`);
  } else await writeJson(settingsFile, settings);
  const results = existsSync(file) ? await readResults(file) : [];
  const keyOf = (task: string, level: number, index: number) => `${task} ${level} ${index}`;
  const known = new Set(results.map(({ task, level, index }) => keyOf(task, level, index)));
  let writing: Promise<void> = Promise.resolve();
  return {
    results,
    has: (task, level, index) => known.has(keyOf(task, level, index)),
    async add(added) {
      results.push(...added);
      for (const { task, level, index } of added) known.add(keyOf(task, level, index));
      // One after the other, so that lines stay whole.
      writing = writing.then(() => appendFile(file, added.map((result) => `${JSON.stringify(result)}\n`).join("")));
      await writing;
    },
  };
}

/** Reads what is whole; a line that was cut off when a process was killed is asked again. */
async function readResults(file: string): Promise<BenchmarkResult[]> {
  const results: BenchmarkResult[] = [];
  let cut = false;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    try {
      if (line !== "") results.push(JSON.parse(line) as BenchmarkResult);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      cut = true;
    }
  }
  if (cut) await writeAside(file, results.map((result) => `${JSON.stringify(result)}\n`).join(""));
  return results;
}

/** Accuracy by task and level. */
export function accuracyByCell(cells: readonly Cell[], results: readonly BenchmarkResult[]): CellAccuracy[] {
  return cells.map(({ task, level }) => {
    const own = results.filter((result) => result.task === task && result.level === level);
    const correct = own.filter((result) => result.correct).length;
    const counts = new Map<string, number>();
    for (const { expected } of own) counts.set(expected, (counts.get(expected) ?? 0) + 1);
    const accuracy = own.length === 0 ? 0 : correct / own.length;
    const truncated = own.filter(({ finishReason }) => finishReason === "length").length;
    const constantAnswer = own.length === 0 ? 0 : Math.max(...counts.values()) / own.length;
    return { task, level, correct, count: own.length, accuracy, interval: wilsonInterval(accuracy, own.length), truncated, constantAnswer };
  });
}
