import { knownProblems } from "@bridge-rl/base-igsm";
import { definePipeline, type Pipeline } from "bridge-rl";

/** Vanilla demonstrations against BRIDGE ones: the same problems, the same base model, SFT, then GRPO. */
const quickstart: Pipeline = definePipeline({
  name: "quickstart",
  seeds: [1],
  task: {
    options: { ...knownProblems, operations: [5, 6] },
    outOfDistribution: { operations: [7, 8] },
  },
  baseModel: "@bridge-rl/base-igsm",
  arms: {
    vanilla: "vanilla",
    bridge: { behaviors: [["reflection", { probability: 0.1 }], ["analysis", { probability: 0.1 }], "subgoal"] },
  },
  sft: {
    problems: 1000,
    epochs: 1,
    batchSize: 32,
    learningRate: { kind: "cosine", peak: 3e-4, warmupSteps: 5, minimumShare: 0.1 },
  },
  grpo: {
    steps: 40,
    promptsPerStep: 8,
    groupSize: 8,
    learningRate: 1e-4,
    evaluateEvery: 10,
  },
  sampling: { maxTokens: 160 },
  evaluation: { problems: 200, watch: 64 },
  rollouts: { problems: 64, count: 16 },
  influence: { targets: 48, count: 8 },
});

export default quickstart;
