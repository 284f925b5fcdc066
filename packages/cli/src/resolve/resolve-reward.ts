import type { WeightedReward } from "@bridge-rl/grpo";
import { BridgeError, type Reward } from "@bridge-rl/spec";
import { exactAnswerReward, formatReward, lengthPenalty } from "@bridge-rl/training";
import { suggestion } from "../internal/nearest-name.js";
import type { PipelineConfig, RewardChoice } from "../pipeline/pipeline-config.js";
import { isPath, loadModule } from "./load-module.js";

type RewardMaker = (options?: Readonly<Record<string, unknown>>) => unknown;

const builtIn: Readonly<Record<string, () => Promise<RewardMaker>>> = {
  // Each reward checks its own options.
  "exact-answer": async () => exactAnswerReward as RewardMaker,
  format: async () => formatReward as RewardMaker,
  length: async () => lengthPenalty as RewardMaker,
  steps: async () => (await import("@bridge-rl/igsm")).stepVerifier as RewardMaker,
};

/**
 * Finds a reward by its name, `exact-answer`, `format`, `length` or `steps`, or in the module of that name, which exports `reward`: a reward, or
 * what makes one of options.
 *
 * @param directory  where modules are looked for
 * @throws BridgeError `unknown-option` with the nearest name; `invalid-plugin` for a module without a reward; `invalid-option` where it refuses
 *   the options
 */
export async function resolveReward(choice: NonNullable<PipelineConfig["reward"]>, directory: string): Promise<Reward> {
  if (isReward(choice)) return choice;
  const [name, options] = typeof choice === "string" ? [choice, {}] : choice;
  return rewardOf(await namedReward(name, directory), name, options);
}

/** The same with how much it counts. */
export async function resolveWeightedReward(choice: RewardChoice | WeightedReward, directory: string): Promise<WeightedReward> {
  const { weight = 1 } = choice;
  if ("reward" in choice) return { reward: choice.reward, weight };
  return { reward: await resolveReward([choice.name, choice.options ?? {}], directory), weight };
}

async function namedReward(name: string, directory: string): Promise<unknown> {
  const known = builtIn[name];
  if (known !== undefined) return known();
  const names = Object.keys(builtIn);
  if (!isPath(name) && /^[a-z-]+$/.test(name) && suggestion(name, names) !== "") {
    throw new BridgeError("unknown-option", `there is no reward ${name}.${suggestion(name, names)}`);
  }
  const exports = await loadModule(name, directory);
  const [only, ...others] = Object.values(exports);
  return exports.reward ?? (others.length === 0 ? only : undefined);
}

function rewardOf(found: unknown, name: string, options: Readonly<Record<string, unknown>>): Reward {
  const reward: unknown = typeof found === "function" ? found(options) : found;
  if (isReward(reward)) return reward;
  throw new BridgeError(
    "invalid-plugin",
    `${name} exports no reward made with defineReward by the name of reward; built in are ${Object.keys(builtIn).join(", ")}`,
  );
}

function isReward(value: unknown): value is Reward {
  return (
    typeof value === "object" &&
    value !== null &&
    "score" in value &&
    typeof value.score === "function" &&
    "specVersion" in value &&
    value.specVersion === 1
  );
}
