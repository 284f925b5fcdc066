import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { createProgressDisplay, type ProgressDisplayOptions } from "../src/terminal/progress-display.js";
import { table } from "../src/terminal/table.js";

function display(options: ProgressDisplayOptions) {
  const written: string[] = [];
  let clock = 0;
  const stream = new Writable({
    write(part, _encoding, done) {
      written.push(String(part));
      done();
    },
  });
  const made = createProgressDisplay({ stream: Object.assign(stream, { columns: 100 }), now: () => clock, ...options });
  return {
    ...made,
    text: () => written.join(""),
    clear: () => {
      written.length = 0;
    },
    wait: (seconds: number) => {
      clock += seconds * 1000;
    },
  };
}

describe("progress without a terminal", () => {
  test("is a plain line now and then, with rate and time left, and one at the end of a phase", () => {
    const { job, text, wait } = display({ interactive: false });
    const { update } = job("bridge, seed 1");
    for (let done = 0; done <= 100; done++) {
      update({ phase: "sft", done, total: 100 });
      wait(0.5);
    }
    expect(text().split("\n")).toEqual([
      "bridge, seed 1: sft 20/100, 2/s, 40 s left",
      "bridge, seed 1: sft 40/100, 2/s, 30 s left",
      "bridge, seed 1: sft 60/100, 2/s, 20 s left",
      "bridge, seed 1: sft 80/100, 2/s, 10 s left",
      "bridge, seed 1: sft 100/100, 2/s, in 50 s",
      "",
    ]);
    expect(text()).not.toContain("\u001b");
  });

  test("counts only what was done here where a run was resumed", () => {
    const { job, text, wait } = display({ interactive: false });
    const { update } = job("");
    update({ phase: "grpo", done: 90, total: 100 });
    wait(10);
    update({ phase: "grpo", done: 95, total: 100 });
    expect(text()).toBe("grpo 95/100, 30/min, 10 s left\n");
  });
});

describe("progress on a terminal", () => {
  test("redraws one bar for each job under way and leaves nothing behind", () => {
    const { job, text, clear, wait, close } = display({ interactive: true, colors: false });
    job("a").update({ phase: "sft", done: 1, total: 4 });
    job("b").update({ phase: "sft", done: 0, total: 4 });
    wait(1);
    clear();
    job("a").update({ phase: "sft", done: 2, total: 4 });
    expect(text().startsWith("\u001b[2A\u001b[0J")).toBe(true);
    expect(text().match(/█+░+/g)?.[0]).toBe("█".repeat(12) + "░".repeat(12));
    clear();
    close();
    expect(text()).toBe("\u001b[2A\u001b[0J");
  });

  test("fits its lines to the width", () => {
    const { job, text } = display({ interactive: true, colors: false });
    job("a name that is rather long, seed 1234").update({ phase: "sft", done: 1, total: 4, message: "x".repeat(200) });
    for (const line of text().split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });
});

test("a table lines numbers up", () => {
  expect(
    table(
      ["", "n"],
      [
        ["one", "1"],
        ["eleven", "11"],
      ],
    ),
  ).toBe("         n\n──────  ──\none      1\neleven  11");
});
