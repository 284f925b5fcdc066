import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWorkerPolicy, type LocalPolicy } from "@bridge-rl/models";
import { createRandom, type Policy, type TrainingRow } from "@bridge-rl/spec";
import { tinyPolicy } from "@bridge-rl/test-support";
import { describe, expect, test } from "vitest";
import { bridgePaper, dapo, drGrpo, gspo, type PolicyLossBatch, type PolicyLossOptions, policyLoss, trl, verl } from "../src/index.js";

/** Every preset, and what they leave out: KL, an entropy bonus, ratios of whole rows, another way of averaging. */
const objectives: readonly (readonly [string, PolicyLossOptions])[] = Object.entries({
  ...{ trl: trl.loss, verl: verl.loss, dapo: dapo.loss, gspo: gspo.loss, bridgePaper: bridgePaper.loss },
  drGrpo: { ...drGrpo.loss, maxCompletionLength: 9 },
  entropyBonus: { ...trl.loss, entropyCoefficient: 0.01, beta: 0.1 },
  cispo: { lossType: "cispo" },
  sapo: { lossType: "sapo" },
  vespo: { lossType: "vespo" },
  luspo: { lossType: "luspo", ratioLevel: "sequence" },
});

interface Scene {
  readonly rows: readonly TrainingRow[];
  readonly batch: Required<Pick<PolicyLossBatch, "oldLogProbabilities" | "referenceLogProbabilities" | "masks">> & {
    readonly advantages: number[];
  };
}

/** Rows of many lengths, off policy by a little, some tokens masked. */
async function scene(policy: Policy, seed: number): Promise<Scene> {
  const random = createRandom(seed, "invariance");
  const ids = (count: number) => Int32Array.from({ length: count }, () => random.integer(1, 14));
  const rows = Array.from({ length: 7 }, () => ({ promptIds: ids(random.integer(1, 6)), completionIds: ids(random.integer(1, 9)) }));
  const scored = await policy.logProbabilities(rows);
  const near = () => scored.map(({ logProbabilities }) => logProbabilities.map((value) => value + 0.2 * random.normal()));
  return {
    rows,
    batch: {
      advantages: rows.map(() => random.normal()),
      oldLogProbabilities: near(),
      referenceLogProbabilities: near(),
      masks: rows.map(({ completionIds }) => Float32Array.from(completionIds, () => Number(random.chance(0.8)))),
    },
  };
}

interface Pass {
  readonly loss: number;
  readonly gradient: number[];
}

/** Loss and gradient where the rows come in an order and in parts, one `forwardBackward` for each. */
async function pass(policy: LocalPolicy, given: Scene, options: PolicyLossOptions, parts: readonly (readonly number[])[]): Promise<Pass> {
  let loss = 0;
  for (const part of parts) {
    const { rows, own } = partOf(given, part);
    loss += (await policy.forwardBackward(rows, policyLoss(own, options))).loss;
  }
  const gradient = [...policy.gradient.values()].flatMap(({ data }) => Array.from(data as Float32Array));
  await policy.storeGradient("used");
  return { loss, gradient };
}

/** Some rows of a batch, which know the totals of the whole. */
function partOf({ rows, batch }: Scene, part: readonly number[]): { rows: TrainingRow[]; own: PolicyLossBatch } {
  const pick = <T>(values: ArrayLike<T>): T[] => part.map((index) => values[index] as T);
  const tokens = batch.masks.reduce((total, row) => total + Array.from(row).reduce((sum, mask) => sum + mask, 0), 0);
  const own: PolicyLossBatch = {
    advantages: pick(batch.advantages),
    oldLogProbabilities: pick(batch.oldLogProbabilities),
    referenceLogProbabilities: pick(batch.referenceLogProbabilities),
    masks: pick(batch.masks),
    whole: { rows: rows.length, tokens },
  };
  return { rows: pick(rows), own };
}

function expectSame(one: Pass, other: Pass): void {
  const norm = (values: readonly number[]) => Math.sqrt(values.reduce((total, value) => total + value * value, 0));
  expect(norm(other.gradient)).toBeGreaterThan(1e-3);
  expect(norm(one.gradient.map((value, index) => value - (other.gradient[index] as number))) / norm(other.gradient)).toBeLessThan(1e-6);
  expect(Math.abs(one.loss - other.loss)).toBeLessThan(1e-6);
}

describe("the same loss and gradient to 1e-6, however the work is cut", () => {
  const whole = tinyPolicy(1, 4096);
  const small = tinyPolicy(1, 24);
  const one = tinyPolicy(1, 1);

  test.each(objectives)("%s: runs of any size (padding), parts of the batch (accumulation), any order", async (_, options) => {
    for (const seed of [1, 2]) {
      const given = await scene(whole, seed);
      const all = given.rows.map((_, index) => index);
      const plain = await pass(whole, given, options, [all]);
      const shuffled = createRandom(seed, "order").shuffle(all);

      expectSame(await pass(small, given, options, [all]), plain);
      expectSame(await pass(one, given, options, [all]), plain);
      expectSame(await pass(small, given, options, [shuffled]), plain);
      expectSame(await pass(whole, given, options, [shuffled.slice(0, 3), shuffled.slice(3, 4), shuffled.slice(4)]), plain);
    }
  });

  test("in two workers that share the batch between them", async () => {
    const before = weightsOf(whole);
    const workers = await Promise.all([0, 1].map(() => createWorkerPolicy(whole.config, before, { tokensPerRun: 24 })));
    const beginning = join(mkdtempSync(join(tmpdir(), "bridge-invariance-")), "beginning");
    await whole.save(beginning);
    for (const [, options] of objectives) {
      const given = await scene(whole, 3);
      const all = given.rows.map((_, index) => index);
      const plain = await pass(whole, given, options, [all]);
      let loss = 0;
      const gradient = plain.gradient.map(() => 0);
      for (const [index, worker] of workers.entries()) {
        await worker.load(beginning);
        const { rows, own } = partOf(
          given,
          all.filter((row) => row % 2 === index),
        );
        loss += (await worker.forwardBackward(rows, policyLoss(own, options))).loss;
        // With such an ε AdamW's first step is the gradient times rate / ε, which is far more than what the weights were.
        await worker.optimizerStep({ learningRate: 1e12, epsilon: 1e9, maxGradientNorm: 0 });
        const after = await worker.weights();
        let place = 0;
        for (const [tensor, values] of before) {
          for (const [element, value] of values.entries()) {
            gradient[place] = (gradient[place] as number) + (value - (after.get(tensor)?.[element] as number)) / 1e3;
            place++;
          }
        }
      }
      expectSame({ loss, gradient }, plain);
    }
    await Promise.all(workers.map((worker) => worker.dispose()));
  });
});

function weightsOf(policy: LocalPolicy): Map<string, Float32Array> {
  return new Map([...policy.weights.tensors].map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]));
}
