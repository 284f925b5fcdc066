import { knownProblems } from "@bridge-rl/base-igsm";
import { definePipeline, type Pipeline } from "bridge-rl";

/** Vanilla demonstrations against BRIDGE ones: the same problems, the same base model, SFT, then GRPO. */
const quickstart: Pipeline = definePipeline({
  name: "quickstart",
  seeds: [1],
  task: {
    options: { ...knownProblems, operations: [4, 5] },
    outOfDistribution: { operations: [6, 7] },
  },
  baseModel: "@bridge-rl/base-igsm",
  arms: {
    vanilla: "vanilla",
    // The paper's 0.1 attempts per step are 0.83 a solution of 12.5 steps; solutions of 4.2 steps have 0.88 at 0.4.
    bridge: { behaviors: [["reflection", { probability: 0.4 }], ["analysis", { probability: 0.1 }], "subgoal"] },
  },
  // Long enough that vanilla forgets the stepwise solutions which the base model has seen too.
  sft: { problems: 2000, steps: 150, batchSize: 32, learningRate: { kind: "cosine", peak: 1e-3, warmupSteps: 10, minimumShare: 0.1 } },
  grpo: {
    steps: 100,
    promptsPerStep: 32,
    groupSize: 8,
    learningRate: { kind: "linear", peak: 5e-4, minimumShare: 0.1 },
    evaluateEvery: 20,
  },
  sampling: { maxTokens: 160 },
  // GRPO trains the distribution at temperature 1, so that is what is measured.
  evaluation: { problems: 1000, watch: 64, temperature: 1 },
  rollouts: { problems: 64, count: 16 },
  influence: { targets: 48, count: 8 },
});

export default quickstart;
