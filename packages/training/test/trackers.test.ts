import { appendFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunEvent } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createConsoleTracker, createFanOutTracker, createJsonlTracker, createMemoryTracker, serialiseEvent } from "../src/index.js";

const event = (step: number, value: number | null = step / 3): RunEvent => ({ phase: "sft", step, metrics: { loss: value } });
const newFile = () => join(mkdtempSync(join(tmpdir(), "bridge-tracker-")), "deep", "events.jsonl");

describe("JSONL", () => {
  test("every finite number is read back exactly, what is not finite as null", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        const read = JSON.parse(serialiseEvent(event(1, value))).metrics.loss;
        expect(Object.is(read, Number.isFinite(value) ? value : null)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  test("names with quotes and line breaks stay on one line", () => {
    const line = serialiseEvent({ phase: 'a"\n', step: 1, metrics: { 'b\n"': 1 } });

    expect(line).not.toContain("\n");
    expect(JSON.parse(line)).toEqual({ phase: 'a"\n', step: 1, metrics: { 'b\n"': 1 } });
  });

  test("a run that rewinds and goes on leaves the bytes of one that was never interrupted", async () => {
    const [straight, interrupted] = [newFile(), newFile()];
    const one = createJsonlTracker(straight);
    for (const step of [1, 2, 3, 4]) await one.log(event(step));
    await one.close();

    const first = createJsonlTracker(interrupted);
    await first.log(event(1));
    await first.log(event(2));
    const checkpoint = first.position();
    await first.log(event(3, 99));
    await first.close();
    appendFileSync(interrupted, '{"phase":"sft","st'); // killed in the middle of a line

    const second = createJsonlTracker(interrupted);
    await second.rewind(checkpoint);
    await second.log(event(3));
    await second.log(event(4));
    await second.close();

    expect(readFileSync(interrupted, "utf8")).toBe(readFileSync(straight, "utf8"));
  });

  test("opening cuts off an unfinished line, however long, and keeps whole ones", async () => {
    const path = newFile();
    const first = createJsonlTracker(path);
    await first.log(event(1));
    await first.close();
    appendFileSync(path, "x".repeat(200_000));
    await createJsonlTracker(path).close();

    expect(readFileSync(path, "utf8")).toBe(`${serialiseEvent(event(1))}\n`);
  });

  test("refuses a position behind its end", async () => {
    await expect(createJsonlTracker(newFile()).rewind(10)).rejects.toThrow("can't go back to 10");
  });
});

test("a fan-out feeds all its trackers and rewinds each to its own place", async () => {
  const [one, other] = [createMemoryTracker(), createMemoryTracker()];
  await other.log(event(0)); // from before
  const both = createFanOutTracker([one, other]);
  await both.log(event(1));
  const position = both.position();
  await both.log(event(2));
  await both.rewind(position);
  await both.log(event(3));

  expect(position).toEqual([1, 2]);
  expect(one.events.map(({ step }) => step)).toEqual([1, 3]);
  expect(other.events.map(({ step }) => step)).toEqual([0, 1, 3]);
  await expect(both.rewind(1)).rejects.toThrow("was not made by 2 trackers");
});

test("the console shows the chosen metrics of the chosen steps", async () => {
  const lines: string[] = [];
  const tracker = createConsoleTracker({ metrics: ["reward", "loss", "none"], every: 2, write: (line) => lines.push(line) });
  for (const step of [1, 2]) await tracker.log({ phase: "grpo", step, metrics: { loss: 1 / 3, reward: 1, other: 5 } });

  expect(lines).toEqual(["grpo 2  reward 1  loss 0.3333"]);
});
