import { type PromptbenchOptions, type PromptbenchTask, promptbenchTasks, smallModel } from "@bridge-rl/promptbench";
import { definePipeline, type Pipeline } from "bridge-rl";

/** `npm start -- --task promptbench/bool_logic` says by this variable which of the seven tasks it is. */
const name = (process.env.BRIDGE_TASK ?? "promptbench/arithmetic").replace("promptbench/", "");
const task = promptbenchTasks.find((one) => one === name);
if (task === undefined) throw new Error(`promptbench has no task ${name}; it has ${promptbenchTasks.join(", ")}`);

/**
 * The same experiment on a task of PromptBench. Its terse wording is that of iGSM, and the numbers of `smallModel` stay where the base
 * model has tokens for them, so that the same base model serves; it has never seen problems of this kind.
 */
const promptbenchQuickstart: Pipeline = definePipeline({
  name: `quickstart-promptbench-${task}`,
  seeds: [1],
  // As in the paper, out of distribution means more redundancies.
  task: { source: `promptbench/${task}`, options: { ...optionsOf(task) }, outOfDistribution: { redundancies: [5, 6] } },
  baseModel: "@bridge-rl/base-igsm",
  arms: {
    vanilla: "vanilla",
    bridge: { behaviors: [["reflection", { probability: 0.1 }], ["analysis", { probability: 0.1 }], "subgoal"] },
  },
  // The base model has to learn the task first, not only the solutions' manner.
  sft: { problems: 8000, steps: 600, batchSize: 32, learningRate: { kind: "cosine", peak: 1.5e-3, warmupSteps: 10, minimumShare: 0.1 } },
  grpo: {
    steps: 100,
    promptsPerStep: 32,
    groupSize: 8,
    learningRate: { kind: "linear", peak: 5e-4, minimumShare: 0.1 },
    evaluateEvery: 20,
  },
  sampling: { maxTokens: 224 },
  evaluation: { problems: 400, watch: 64, temperature: 1 },
  rollouts: { problems: 64, count: 16 },
  influence: { targets: 48, count: 8 },
});

export default promptbenchQuickstart;

/** Small problems of each task, in few tokens. */
function optionsOf(one: PromptbenchTask): Omit<PromptbenchOptions, "task"> {
  const { task: _, ...arithmetic } = smallModel;
  if (one === "arithmetic") return arithmetic;
  const size = one === "reachability" || one === "max_sum_path" ? { nodes: 7 } : { depth: 3 };
  return { ...size, redundancies: [0, 2], phrasebook: "terse" };
}
