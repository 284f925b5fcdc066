import { knownProblems } from "@bridge-rl/base-promptbench";
import { type PromptbenchOptions, type PromptbenchTask, promptbenchTasks } from "@bridge-rl/promptbench";
import { definePipeline, type Pipeline } from "bridge-rl";
import quickstart from "#quickstart";

/** `npm start -- --task promptbench/bool_logic` says by this variable which of the seven tasks it is. */
const name = (process.env.BRIDGE_TASK ?? "promptbench/arithmetic").replace("promptbench/", "");
const task = promptbenchTasks.find((one) => one === name);
if (task === undefined) throw new Error(`promptbench has no task ${name}; it has ${promptbenchTasks.join(", ")}`);

const isArithmetic = task === "arithmetic";

const { config } = quickstart;

/**
 * The quickstart on a task of PromptBench: what differs from it. Arithmetic has a base model of its own; the others begin with that of iGSM, whose
 * terse wording is theirs and which has a token for each of their numbers, but which has never seen problems of their kind.
 */
const promptbenchQuickstart: Pipeline = definePipeline({
  ...config,
  name: `quickstart-promptbench-${task}`,
  // As in the paper, out of distribution means more redundancies.
  task: {
    source: `promptbench/${task}`,
    options: { ...optionsOf(task) },
    outOfDistribution: { redundancies: isArithmetic ? 3 : [5, 6] },
  },
  baseModel: isArithmetic ? "@bridge-rl/base-promptbench" : "@bridge-rl/base-igsm",
  arms: {
    ...config.arms,
    // The paper's odds: solutions have 15 steps here, 12.5 there.
    bridge: { behaviors: [["reflection", { probability: 0.1 }], ["analysis", { probability: 0.1 }], "subgoal"] },
  },
  // Where the base model has to learn the task first, not only the solutions' manner, it takes longer.
  sft: {
    ...config.sft,
    problems: isArithmetic ? 2000 : 8000,
    steps: isArithmetic ? 60 : 600,
    learningRate: { kind: "cosine", peak: isArithmetic ? 1e-3 : 1.5e-3, warmupSteps: 10, minimumShare: 0.1 },
  },
  // Solutions of arithmetic are three times as long as iGSM's, so there are fewer steps in the same time.
  grpo: {
    ...config.grpo,
    steps: isArithmetic ? 40 : 100,
    promptsPerStep: isArithmetic ? 24 : 32,
    // With 5e-4 the reward of both arms of arithmetic fell by half before it rose.
    learningRate: { kind: "linear", peak: isArithmetic ? 3e-4 : 5e-4, minimumShare: 0.1 },
  },
  sampling: { ...config.sampling, maxTokens: 224 },
  evaluation: { ...config.evaluation, problems: 400 },
});

export default promptbenchQuickstart;

/** Small problems of each task, in few tokens. */
function optionsOf(one: PromptbenchTask): Omit<PromptbenchOptions, "task"> {
  // The problems of `smallModel`.
  if (one === "arithmetic") return { ...knownProblems, depth: 4, redundancies: [0, 2] };
  const size = one === "reachability" || one === "max_sum_path" ? { nodes: 7 } : { depth: 3 };
  return { ...size, redundancies: [0, 2], phrasebook: "terse" };
}
