import { createWorkerPolicy, initializeDecoder, LocalPolicy, type LocalPolicyOptions } from "@bridge-rl/models";
import { createRandom, type Loss, type TrainingRow } from "@bridge-rl/spec";
import { tinyDecoder, tokenizer } from "@bridge-rl/test-support";
import { describe, expect, test } from "vitest";
import { bridgePaper, dapo, drGrpo, gspo, type PolicyLossOptions, policyLoss, trl, verl } from "../src/index.js";

const config = tinyDecoder(tokenizer.vocabularySize);
const weights = initializeDecoder(config, 1, { standardDeviation: 0.3 });
const random = createRandom(4, "entropy pass");
const ids = (count: number) => Int32Array.from({ length: count }, () => random.integer(1, 14));
const prompts = [ids(5), ids(3)];
// two groups of one prompt each, and a row by itself
const rows: TrainingRow[] = [0, 0, 0, 1, 1, 1]
  .map((group) => ({ promptIds: prompts[group] as Int32Array, completionIds: ids(random.integer(1, 9)) }))
  .concat({ promptIds: ids(4), completionIds: ids(6) });
const masks = rows.map(({ completionIds }) => Float32Array.from(completionIds, () => Number(random.chance(0.8))));
const advantages = rows.map(() => random.normal());

/** Counts its passes. */
class Counted extends LocalPolicy {
  scored = 0;
  differentiated = 0;

  override score(...call: Parameters<LocalPolicy["score"]>): ReturnType<LocalPolicy["score"]> {
    this.scored++;
    return super.score(...call);
  }

  override differentiate(...call: Parameters<LocalPolicy["differentiate"]>): ReturnType<LocalPolicy["differentiate"]> {
    this.differentiated++;
    return super.differentiate(...call);
  }
}

const presets: readonly (readonly [string, PolicyLossOptions])[] = Object.entries({
  ...{ trl: trl.loss, verl: verl.loss, dapo: dapo.loss, gspo: gspo.loss, bridgePaper: bridgePaper.loss },
  drGrpo: { ...drGrpo.loss, maxCompletionLength: 9 },
  reinforce: { lossType: "reinforce" },
});

/** The same policy in one run, in runs of few tokens, row by row, and layer by layer. */
const ways: readonly (readonly [string, LocalPolicyOptions])[] = Object.entries({
  "groups together": {},
  "in small runs": { tokensPerRun: 24 },
  "row by row": { sharePrompts: false },
  "layer by layer": { activationCheckpointing: true },
});

async function setUp(policy: LocalPolicy, options: PolicyLossOptions) {
  const old = (await policy.logProbabilities(rows)).map(({ logProbabilities }) => logProbabilities);
  const batch = {
    advantages,
    masks,
    oldLogProbabilities: old,
    referenceLogProbabilities: old.map((row) => row.map((value) => value - 0.1)),
  };
  return { old, loss: policyLoss(batch, { ...options, entropyCoefficient: 0.05 }) };
}

async function pass(policy: LocalPolicy, loss: Loss, knownLogProbabilities: readonly Float32Array[]) {
  const result = await policy.forwardBackward(rows, loss, { knownLogProbabilities });
  const gradient = [...policy.gradient.values()].flatMap(({ data }) => Array.from(data as Float32Array));
  await policy.storeGradient("used");
  return { ...result, gradient };
}

const norm = (values: readonly number[]) => Math.sqrt(values.reduce((total, value) => total + value * value, 0));

describe("an entropy bonus on policy costs no pass of its own, and gives what two passes give", () => {
  test.each(presets.flatMap(([preset, options]) => ways.map(([way, how]) => [preset, way, options, how] as const)))(
    "%s, %s",
    async (_, __, options, how) => {
      const policy = new Counted(config, weights, how);
      const { old, loss } = await setUp(policy, options);
      const one = await pass(policy, loss, old);
      expect([policy.scored, policy.differentiated]).toEqual([0, 1]);
      const two = await pass(policy, { ...loss, entropyDerivative: "dependent" }, old);
      expect([policy.scored, policy.differentiated]).toEqual([1, 2]);

      expect(one.metrics.entropy).toBeGreaterThan(0.5);
      expect(Math.abs(one.loss - two.loss)).toBeLessThan(1e-6);
      expect(Object.keys(one.metrics)).toEqual(Object.keys(two.metrics));
      for (const [name, value] of Object.entries(one.metrics)) expect(value).toBeCloseTo(two.metrics[name] as number, 5);
      expect(norm(one.gradient.map((value, index) => value - (two.gradient[index] as number))) / norm(two.gradient)).toBeLessThan(1e-6);
      await policy.dispose();
    },
  );

  test("in two workers", async () => {
    const [worker, local] = [await createWorkerPolicy(config, weights, { workers: 2 }), new LocalPolicy(config, weights)];
    const { old, loss } = await setUp(local, trl.loss);
    const one = await worker.forwardBackward(rows, loss, { knownLogProbabilities: old });
    const here = await local.forwardBackward(rows, { ...loss, entropyDerivative: "dependent" }, { knownLogProbabilities: old });

    expect(one.loss).toBeCloseTo(here.loss, 6);
    expect(one.metrics.entropy).toBeCloseTo(here.metrics.entropy as number, 5);
    expect((await worker.storeGradient("one")).norm / (await local.storeGradient("two")).norm).toBeCloseTo(1, 5);
    await Promise.all([worker.dispose(), local.dispose()]);
  });

  test("a mask by entropy still takes two, since it decides what has a derivative", async () => {
    const policy = new Counted(config, weights);
    const { old, loss } = await setUp(policy, { topEntropyQuantile: 0.5 });
    await policy.forwardBackward(rows, loss, { knownLogProbabilities: old });
    expect([policy.scored, policy.differentiated]).toEqual([1, 1]);
    await policy.dispose();
  });
});
