// The usual experiment with four pieces of one's own: the model, the reward, an arm, and the stage that makes demonstrations.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { igsm } from "@bridge-rl/igsm";
import { defineReward, numberOptions } from "@bridge-rl/spec";
import { defaultStages, definePipeline, runPipeline } from "bridge-rl";
import { writeTinyModel } from "./tiny-model.js";

const smoke = process.argv.includes("--smoke");
const directory = smoke ? await mkdtemp(join(tmpdir(), "custom-pipeline-")) : "runs/custom-pipeline";
const options = { operations: [2, 4], modulus: 7, distractors: 1, phrasebook: "terse" } as const;

const model = join(directory, "untrained");
const texts = [...igsm({ ...options, seed: 1 }).problems({ count: 200 })].map(({ prompt }) => prompt);
await writeTinyModel(model, texts);

/** A right answer counts 1, and one that is at least in the right form 0.1: a gradient from the first step on. */
const gradedAnswer = defineReward({
  name: "@me/graded-answer",
  specVersion: 1,
  options: numberOptions({ form: { default: 0.1, minimum: 0, maximum: 1 } }),
  maximum: 1,
  score({ problem, completion, phrasebook }, { form }) {
    const answer = phrasebook.parseAnswer(completion);
    if (answer === undefined) return 0;
    return answer === phrasebook.formatAnswer(problem.answer) ? 1 : form;
  },
});

const pipeline = definePipeline({
  name: "custom-pipeline",
  task: { options },
  baseModel: model,
  reward: gradedAnswer(),
  arms: {
    vanilla: "vanilla",
    attentive: { behaviors: [["analysis", { probability: 1, givens: true }]] },
  },
  stages: {
    // Zero is the commonest answer of products; without it nothing is learned from saying 0.
    demonstrate: async (context, input) => (await defaultStages.demonstrate(context, input)).filter(({ answer }) => answer !== 0),
    influence: false,
  },
  sft: { problems: smoke ? 64 : 8000, steps: smoke ? 4 : 1000, batchSize: 16, learningRate: 3e-3 },
  grpo: { steps: smoke ? 2 : 100, promptsPerStep: 4, groupSize: 8, learningRate: 1e-4 },
  sampling: { maxTokens: smoke ? 16 : 64 },
  evaluation: { problems: smoke ? 8 : 200, watch: 8 },
  rollouts: { problems: smoke ? 4 : 32, count: 4 },
});

const { report, summary } = await runPipeline(pipeline, { directory: join(directory, "run") });
for (const [arm, { sft, grpo }] of Object.entries(summary.arms)) {
  const [before, after] = [sft, grpo].map((stage) => `${(100 * (stage?.inDistribution?.accuracy ?? Number.NaN)).toFixed(0)} %`);
  console.log(`${arm}: ${before} right after SFT, ${after} after GRPO`);
}
console.log(`report: ${report}`);
if (smoke) await rm(directory, { recursive: true });
