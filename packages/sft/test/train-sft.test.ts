import { createMemoryTracker } from "@bridge-rl/training";
import { describe, expect, test } from "vitest";
import { encodeSupervised, pretrain, type SupervisedExample, trainSft } from "../src/index.js";
import { demonstrations, tinyPolicy, tokenizer } from "./tiny-policy.js";

describe("trainSft", () => {
  test("learns demonstrations by heart", async () => {
    const policy = tinyPolicy();
    const tracker = createMemoryTracker();
    await trainSft({ policy, tokenizer, demonstrations, batchSize: 20, steps: 150, seed: 1, learningRate: 1e-2, tracker });
    const losses = tracker.events.map(({ metrics }) => metrics.loss as number);

    expect(losses[0]).toBeGreaterThan(2);
    expect(losses.at(-1)).toBeLessThan(0.1);
  });

  test("the loss of a step is the mean of −log π over all tokens of its batch, as the policy itself scores them", async () => {
    const policy = tinyPolicy();
    const rows = demonstrations.map((demonstration) => encodeSupervised(tokenizer, demonstration).row);
    const scores = (await policy.logProbabilities(rows)).flatMap(({ logProbabilities }) => Array.from(logProbabilities));
    const tracker = createMemoryTracker();
    await trainSft({ policy, tokenizer, demonstrations, batchSize: 20, epochs: 1, seed: 1, learningRate: 1e-3, tracker });
    const [event] = tracker.events;

    expect(tracker.events).toHaveLength(1);
    expect(event?.metrics.loss).toBeCloseTo(-scores.reduce((total, value) => total + value, 0) / scores.length, 5);
    expect(event?.metrics["perplexity/@test/restate"]).toBeCloseTo(
      Math.exp(-(event?.metrics["log_probability/@test/restate"] as number)),
      9,
    );
    expect(event?.metrics.num_tokens).toBe(rows.reduce((total, row) => total + row.promptIds.length + row.completionIds.length, 0));
  });

  test("neither micro-batches nor the order within a batch change it", async () => {
    const after = async (tokensPerRun: number, examples: readonly SupervisedExample[]) => {
      const policy = tinyPolicy(1, tokensPerRun);
      const tracker = createMemoryTracker();
      await trainSft({ policy, tokenizer, demonstrations: examples, batchSize: 20, steps: 3, seed: 1, learningRate: 1e-3, tracker });
      return tracker.events.map(({ metrics }) => [metrics.loss, metrics.grad_norm] as [number, number]);
    };
    const whole = await after(2048, demonstrations);
    for (const other of [await after(16, demonstrations), await after(2048, demonstrations.toReversed())]) {
      for (const [step, [loss, norm]] of other.entries()) {
        expect(loss).toBeCloseTo(whole[step]?.[0] as number, 5);
        expect(norm).toBeCloseTo(whole[step]?.[1] as number, 5);
      }
    }
  });

  test("sees every demonstration once in each epoch, in another order", async () => {
    const seen: number[][] = [];
    const run = async (epochs: number) => {
      const tracker = createMemoryTracker();
      await trainSft({
        policy: tinyPolicy(),
        tokenizer,
        demonstrations: demonstrations.slice(0, 5),
        batchSize: 2,
        epochs,
        seed: 1,
        learningRate: 0,
        tracker,
      });
      seen.push(tracker.events.map(({ metrics }) => metrics.num_tokens as number));
    };
    await run(1);
    await run(2);
    const total = demonstrations
      .slice(0, 5)
      .map((demonstration) => encodeSupervised(tokenizer, demonstration).row)
      .reduce((sum, row) => sum + row.promptIds.length + row.completionIds.length, 0);

    expect(seen[0]?.length).toBe(3);
    expect(seen[0]?.at(-1)).toBe(total);
    expect(seen[1]?.length).toBe(5);
    expect(seen[1]?.at(-1)).toBe(2 * total);
  });

  test("a weight of 0 keeps a behaviour from being learned, and only that", async () => {
    const tracker = createMemoryTracker();
    await trainSft({
      policy: tinyPolicy(),
      tokenizer,
      demonstrations,
      batchSize: 20,
      steps: 300,
      seed: 1,
      learningRate: 1e-2,
      behaviorWeights: { "@test/restate": 0 },
      tracker,
    });
    const last = tracker.events.at(-1)?.metrics;

    expect(last?.["perplexity/plain"]).toBeLessThan(1.3);
    expect(last?.["perplexity/@test/restate"]).toBeGreaterThan(10);
  });

  test.each([
    [{ epochs: 1, steps: 1 }, "either epochs or steps"],
    [{}, "either epochs or steps"],
    [{ steps: 1, batchSize: 0 }, "batchSize is 0"],
    [{ steps: 1, maxLength: 5 }, "tokens, 5 are allowed"],
    [{ steps: 0.5 }, "steps is 0.5"],
  ])("refuses %j", async (options, message) => {
    await expect(trainSft({ policy: tinyPolicy(), tokenizer, demonstrations, seed: 1, learningRate: 1e-3, ...options })).rejects.toThrow(
      message,
    );
  });
});

describe("pretrain", () => {
  test("asks for the examples of each step once, in order, and can learn prompts", async () => {
    const asked: number[] = [];
    const tracker = createMemoryTracker();
    await pretrain({
      policy: tinyPolicy(),
      tokenizer,
      steps: 4,
      learningRate: { kind: "linear", peak: 1e-3 },
      lossOn: "all",
      tracker,
      examples(step) {
        asked.push(step);
        return demonstrations.slice(step, step + 3);
      },
    });

    expect(asked).toEqual([0, 1, 2, 3]);
    expect(tracker.events.map(({ phase, metrics }) => [phase, metrics.learning_rate])).toEqual(
      [1, 0.75, 0.5, 0.25].map((share) => ["pretrain", share * 1e-3]),
    );
    expect(tracker.events[0]?.metrics).toHaveProperty("perplexity/prompt");
  });

  test("an example that can't be made stops the run at its step, not earlier", async () => {
    const tracker = createMemoryTracker();
    const examples = (step: number) => {
      if (step === 2) throw new Error("no more");
      return demonstrations.slice(0, 2);
    };

    await expect(pretrain({ policy: tinyPolicy(), tokenizer, steps: 4, learningRate: 1e-3, tracker, examples })).rejects.toThrow("no more");
    expect(tracker.events).toHaveLength(2);
  });
});

describe("encodeSupervised", () => {
  const [example] = demonstrations as readonly [SupervisedExample];

  test("prompt and completion meet at a token boundary, with the end of sequence behind", () => {
    const { row, labels } = encodeSupervised(tokenizer, example);

    expect(tokenizer.decode(row.promptIds)).toBe(example.prompt);
    expect(tokenizer.decode(row.completionIds.slice(0, -1))).toBe(example.completion);
    expect(row.completionIds.at(-1)).toBe(tokenizer.endOfSequenceId);
    expect(labels.at(-1)).toBe("plain");
    const restated = row.completionIds.filter((_, token) => labels[token] === "@test/restate");
    expect(tokenizer.decode(restated)).toBe("[0 and 0]");
  });

  test("with the prompt learned too, the same ids in the same order, all but the first with a weight", () => {
    const apart = encodeSupervised(tokenizer, example).row;
    const { row, weights, labels } = encodeSupervised(tokenizer, example, { lossOn: "all" });

    expect([...row.promptIds, ...row.completionIds]).toEqual([...apart.promptIds, ...apart.completionIds]);
    expect(row.promptIds).toHaveLength(1);
    expect(weights).toHaveLength(row.completionIds.length);
    expect(labels.filter((label) => label === "prompt")).toHaveLength(apart.promptIds.length - 1);
  });
});
