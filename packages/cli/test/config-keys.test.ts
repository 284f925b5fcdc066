import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadModelFolder } from "@bridge-rl/models";
import { type Demonstration, defineReward, type RunEvent } from "@bridge-rl/spec";
import { expect, test } from "vitest";
import { z } from "zod";
import { configJsonSchema, definePipeline, type PipelineConfig, runPipeline } from "../src/index.js";
import { mergeDeep } from "../src/internal/parse-flags.js";
import { rowsOf, runBridge } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";
import { tinyTask, writeTinyModel } from "./tiny-model.js";
import { tinyConfig, writeTinyRun } from "./tiny-run.js";

/** SFT alone, as short as can be. */
const short: PipelineConfig = {
  name: "short",
  task: { options: tinyTask },
  baseModel: "./model",
  arms: { own: {} },
  sft: { problems: 8, steps: 2, batchSize: 4, learningRate: 0.01 },
  grpo: { steps: 2, promptsPerStep: 2, groupSize: 4, evaluateEvery: 0, preflight: 0 },
  sampling: { maxTokens: 12 },
  evaluation: { problems: 2, watch: 2 },
  stages: { evaluate: false, rollout: false, influence: false, grpo: false },
};

async function openFolder(): Promise<string> {
  const folder = temporaryFolder();
  await writeTinyModel(join(folder, "model"));
  return folder;
}

/** Runs a pipeline and returns the folder of its one arm. */
async function run(folder: string, config: PipelineConfig): Promise<string> {
  await runPipeline(definePipeline(config), { base: folder, directory: join(folder, config.name) });
  return join(folder, config.name, "arms/own-seed1");
}

async function weightsOf(directory: string): Promise<ReadonlyMap<string, Float32Array>> {
  return (await loadModelFolder(directory)).weights;
}

function eventsOf(arm: string, phase: string): RunEvent["metrics"][] {
  const events = rowsOf<RunEvent>(readFileSync(join(arm, "events.jsonl"), "utf8"));
  return events.filter((event) => event.phase === phase).map(({ metrics }) => metrics);
}

/** Values by their path, as `--set` writes them. */
const keys: Readonly<Record<string, unknown>> = {
  "sft.keepCheckpoints": 2,
  "sft.checkpointEvery": 1,
  "sft.evaluateEvery": 2,
  "sft.select": { metric: "accuracy/in_distribution", patience: 3, takeBest: true },
  "grpo.preset": "dapo",
  "grpo.loss.entropyCoefficient": 0.01,
  "grpo.advantages.baseline": "leave-one-out",
  "grpo.maskTruncated": false,
  "grpo.maxBatches": 2,
  "grpo.skipZeroAdvantage": false,
  "grpo.reuseLogProbabilities": false,
  "grpo.samplerCorrection": { level: "token", mode: "truncate", maximum: 2 },
  "grpo.reference": { syncEvery: 1 },
  "grpo.rewardKl": { coefficient: 0.01, estimator: "k3" },
  "grpo.rewardPolicy": { onFailure: { score: 0 }, timeout: 1000, concurrency: 2 },
  "grpo.rewards": [
    { name: "length", weight: 0.1, options: { maximum: 12, cache: 4 } },
    { name: "format", weight: 0.2 },
  ],
  "grpo.curriculum": [{ options: { operations: 3 }, steps: 1 }, {}],
  "grpo.keepCheckpoints": 3,
  "sampling.precision": "int8",
  "sampling.stop": ["<|end|>"],
  "evaluation.samples": 2,
  "evaluation.sampleTemperature": 0.7,
  reward: ["exact-answer", {}],
  trackers: { tensorboard: true },
  workers: 2,
  threads: 1,
  provider: "cpu",
  sharePrompts: false,
  tokensPerRun: 512,
  activationCheckpointing: true,
};

test("every key can be set on the command line, is kept with the run, and is used", { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  const few = mergeDeep(tinyConfig, {
    sft: { problems: 8, steps: 2, batchSize: 4 },
    grpo: { steps: 2, checkpointEvery: 1, evaluateEvery: 2 },
    evaluation: { problems: 2, watch: 2 },
    sampling: { maxTokens: 12 },
    influence: { during: 0 },
    stages: { rollout: false, influence: false },
  });
  await writeTinyRun(folder, { ...few, arms: { own: "vanilla" } });
  const flags = Object.entries(keys).flatMap(([path, value]) => [
    "--set",
    `${path}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  ]);
  const { code, stderr } = await runBridge(["run", "tiny.json", "-d", "run", ...flags], { cwd: folder });
  expect(code, stderr).toBe(0);

  const { config } = JSON.parse(readFileSync(join(folder, "run/run.json"), "utf8"));
  for (const [path, value] of Object.entries(keys)) {
    expect(
      path.split(".").reduce((inner, name) => inner?.[name], config),
      path,
    ).toEqual(value);
  }
  const arm = join(folder, "run/arms/own-seed1");
  const steps = (stage: string) => readdirSync(join(arm, "checkpoints", stage)).filter((name) => name.startsWith("step-"));
  expect(steps("sft")).toEqual(["step-00000001", "step-00000002"]);
  expect(steps("grpo")).toEqual(["step-00000001", "step-00000002"]);
  const [first] = eventsOf(arm, "grpo");
  for (const metric of ["curriculum/stage", "entropy", "sampling/kl", "rewards/kl_penalty/mean", "dynamic_sampling/batches"])
    expect(first).toHaveProperty([metric]);
  expect(Object.keys(first ?? {}).filter((name) => /^rewards\/.*(length|format).*\/mean$/.test(name))).toHaveLength(2);
  expect(readdirSync(join(arm, "tensorboard")).length).toBeGreaterThan(0);
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
}

/** Paths of all fields of objects that have fields of their own. */
function pathsOf({ properties = {}, anyOf = [] }: Schema, path: readonly string[] = []): (readonly string[])[] {
  const own = Object.entries(properties).flatMap(([name, inner]) => [[...path, name], ...pathsOf(inner, [...path, name])]);
  return [...own, ...anyOf.flatMap((branch) => pathsOf(branch, path))];
}

test("every key with a letter doubled is refused with the key that was meant", () => {
  const paths = pathsOf(configJsonSchema() as Schema).filter(([first]) => first !== "$schema");
  expect(paths.length).toBeGreaterThan(120);
  for (const path of paths) {
    const name = path.at(-1) as string;
    const wrong = path.slice(0, -1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), { [`${name}${name.at(-1)}`]: 1 });
    expect(
      () => definePipeline(mergeDeep(tinyConfig, wrong as Record<string, unknown>) as unknown as PipelineConfig),
      path.join("."),
    ).toThrow(`Did you mean ${name}?`);
  }
});

test.each([
  [{ sft: { select: { metric: "x" } } }, /sft\.select: nothing is evaluated.*sft\.evaluateEvery/],
  [{ arms: { own: { rejectionSampling: {}, premiseOrders: 2 } } }, /arms\.own\.premiseOrders: the model writes/],
  [{ arms: { own: { rejectionSampling: { count: 4, right: [5, 6] } } } }, /arms\.own\.rejectionSampling\.right: 5 to 6 .* of 4/],
  [{ sampling: { precision: "int8" }, influence: { during: 1 } }, /influence\.during: .*int8/],
  [{ grpo: { rewards: [{ weight: 1 }] } }, /grpo\.rewards\.0: expected \{ name/],
])("what can't go together is refused before anything runs: %#", (wrong, message) => {
  expect(() => definePipeline(mergeDeep(tinyConfig, wrong) as unknown as PipelineConfig)).toThrow(message);
});

test("rewards are named, imported or given, and a mistyped name is refused", { timeout: 60_000 }, async () => {
  const folder = await openFolder();
  const module = (name: string, source: string) => writeFileSync(join(folder, name), source);
  module("half.mjs", 'export const reward = ({ by }) => ({ name: "@me/half", specVersion: 1, maximum: 1, score: () => by });');
  module("none.mjs", "export const reward = 3;");
  const brevity = defineReward({
    name: "@me/brevity",
    specVersion: 1,
    options: z.strictObject({}),
    maximum: 1,
    score: ({ completion }) => 1 / (1 + completion.length),
  });
  const stages = { evaluate: false, rollout: false, influence: false, sft: false } as const;
  const config = (grpo: PipelineConfig["grpo"], reward?: PipelineConfig["reward"]): PipelineConfig => ({
    ...{ ...short, name: "rewards", stages, grpo: { ...short.grpo, ...grpo } },
    ...(reward === undefined ? {} : { reward }),
  });
  const rewards = [{ name: "./half.mjs", options: { by: 0.5 } }, { reward: brevity(), weight: 2 }, { name: "exact-answer" }];
  const [first] = eventsOf(await run(folder, config({ rewards, steps: 1 }, "format")), "grpo");

  expect(first?.["rewards/@me/half/mean"]).toBe(0.5);
  expect(first?.["rewards/@me/brevity/mean"]).toBeGreaterThan(0);
  expect(Object.keys(first ?? {}).filter((name) => /^rewards\/.*\/mean$/.test(name))).toHaveLength(4);
  await expect(run(folder, config({ rewards: [{ name: "lenght" }] }))).rejects.toThrow("there is no reward lenght. Did you mean length?");
  await expect(run(folder, config({}, "exact-anwser"))).rejects.toThrow("Did you mean exact-answer?");
  await expect(run(folder, config({}, "./none.mjs"))).rejects.toMatchObject({ code: "invalid-plugin" });
  await expect(run(folder, config({ rewards: [{ name: "length", options: { maximun: 3 } }] }))).rejects.toMatchObject({
    code: "invalid-option",
  });
});

test("an arm by rejection sampling learns the model's own right completions", { timeout: 120_000 }, async () => {
  const folder = await openFolder();
  const task = { options: { operations: [4, 5], modulus: 11, phrasebook: "terse" } };
  const arms = { own: { rejectionSampling: { count: 6, copies: 2, right: [1, 5] as const } } };
  const solvable = { ...short, task, arms, baseModel: "@bridge-rl/base-igsm", sampling: { maxTokens: 120 } };
  const demonstrations = async (name: string, over: Partial<PipelineConfig>): Promise<Demonstration[]> =>
    rowsOf<Demonstration>(readFileSync(join(await run(folder, { ...solvable, ...over, name }), "demonstrations.jsonl"), "utf8"));
  const own = await demonstrations("own", {});
  const gold = await demonstrations("gold", { arms: { own: "vanilla" } });
  const goldByProblem = new Map(gold.map((row) => [row.problem, row]));

  expect(own.length).toBeGreaterThan(0);
  for (const { problem, prompt, completion, answer, spans } of own) {
    expect(goldByProblem.get(problem)).toMatchObject({ prompt, answer });
    expect(completion).toContain(`\\boxed{${answer}}`);
    expect(spans).toEqual([]);
  }
  expect(new Set(own.map(({ problem }) => problem)).size).toBeGreaterThanOrEqual(own.length / 2);
  expect(await demonstrations("again", {})).toEqual(own);
  await expect(run(folder, { ...short, arms, name: "nothing" })).rejects.toThrow(
    /arm own keeps none of 6 completions of each of 8 problems, 0 of/,
  );
});

test("what is frozen stays, a callback ends a training, and the best policy is taken back", { timeout: 60_000 }, async () => {
  const folder = await openFolder();
  const [embedding, norm] = ["model.embed_tokens.weight", "model.norm.weight"];
  const before = await weightsOf(join(folder, "model"));
  const frozen = await weightsOf(join(await run(folder, { ...short, name: "frozen", frozen: ["model.embed*"] }), "models/sft"));
  expect(frozen.get(embedding)).toEqual(before.get(embedding));
  expect(frozen.get(norm)).not.toEqual(before.get(norm));

  const stopping = { ...short, name: "stopping", callbacks: () => ({ onStep: () => "stop" as const }) };
  expect(eventsOf(await run(folder, stopping), "sft")).toHaveLength(1);

  // it knows all before it is trained, and nothing after
  let asked = 0;
  const evaluate = async () => {
    const correct = asked++ === 0 ? 2 : 0;
    return { correct, count: 2, byOperations: [], constantBaseline: { answer: 0, correct: 0, count: 2 }, truncated: 0, meanLength: 1 };
  };
  const select = { metric: "accuracy/in_distribution", patience: 1, takeBest: true };
  const choosing = {
    ...short,
    name: "best",
    sft: { ...short.sft, steps: 5, evaluateEvery: 1, select },
    stages: { ...short.stages, evaluate },
  };
  const arm = await run(folder, choosing);
  expect(eventsOf(arm, "sft")).toHaveLength(1);
  expect(await weightsOf(join(arm, "models/sft"))).toEqual(before);
  asked = 0;
  const last = await run(folder, { ...choosing, name: "last", sft: { ...choosing.sft, select: { ...select, takeBest: false } } });
  expect(await weightsOf(join(last, "models/sft"))).not.toEqual(before);
});
