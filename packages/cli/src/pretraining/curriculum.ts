import { type Arm, createArm, demonstrate } from "@bridge-rl/behaviors";
import {
  type Behavior,
  BridgeError,
  createRandom,
  type Demonstration,
  type Problem,
  type ProblemSource,
  type Random,
} from "@bridge-rl/spec";
import { resolveBehavior } from "../resolve/resolve-behavior.js";
import { resolveSourceFactory } from "../resolve/resolve-source.js";
import type { PretrainConfig, PretrainMixture } from "./pretrain-config.js";

/** Endless demonstrations, harder with the steps. */
export interface Curriculum {
  /** Any of the sources: all word and judge alike. */
  readonly source: ProblemSource;
  /** The demonstrations of one optimiser step, counted from 0: always the same for the same step. */
  batch(step: number): Demonstration[];
  /** Demonstrations of the last stage, none of which is in any batch. */
  samples(count: number): Iterable<Demonstration>;
  /** Problems of the split that no batch has. */
  heldOut(level: string, count: number): Problem[];
}

type Stage = PretrainConfig["curriculum"][number];

/** Makes the demonstrations that a config describes. @throws BridgeError `invalid-option` for what the source or a behaviour refuses */
export async function createCurriculum(config: PretrainConfig, directory: string): Promise<Curriculum> {
  const { seed, curriculum, batchSize, task, problems, levels } = config;
  const factory = await resolveSourceFactory(task, directory);
  const source = (level: string, split: "train" | "test", purpose: string) => {
    const own = levels === undefined ? { operations: Number(level) } : levels[level];
    return factory({ ...problems, ...own, split, seed: createRandom(seed, purpose).integer(0, 0x7fff_ffff) });
  };
  const drawn = [...new Set(curriculum.flatMap((stage) => Object.keys(weightsOf(stage))))];
  const training = new Map(drawn.map((level) => [level, source(level, "train", `pretraining on ${level}`)]));
  const reserved = new Map(drawn.map((level) => [level, source(level, "train", `tokenizer from ${level}`)]));
  const arms = new Map<Stage, readonly (readonly [weight: number, arm: Arm])[]>();
  for (const stage of curriculum) arms.set(stage, await armsOf(stage.mixture ?? config.mixture, directory));
  const first = present([...training.values()][0]);
  const random = createRandom(seed, "pretraining");

  function make(from: typeof training, stage: Stage, index: number, stream: Random): Demonstration {
    const weighted = Object.entries(weightsOf(stage)).map(([level, weight]) => [weight, level] as const);
    const problem = present(from.get(draw(weighted, stream))).problem(index);
    return present(demonstrate(problem, first.phrasebook, draw(present(arms.get(stage)), stream), seed)[0]);
  }

  return {
    source: first,
    batch(step) {
      const stage = present(curriculum.find(({ until }) => until === undefined || step < until) ?? curriculum.at(-1));
      const stream = random.fork("step", step);
      return Array.from({ length: batchSize }, (_, row) => make(training, stage, step * batchSize + row, stream));
    },
    *samples(count) {
      const stream = random.fork("samples");
      for (let index = 0; index < count; index++) yield make(reserved, present(curriculum.at(-1)), index, stream);
    },
    heldOut: (level, count) => [...source(level, "test", `evaluation on ${level}`).problems({ count })],
  };
}

/** What a stage draws from; a checked one names either operations or levels. */
function weightsOf({ operations, levels }: Stage): Readonly<Record<string, number>> {
  return present(operations ?? levels);
}

function armsOf(mixture: PretrainMixture, directory: string): Promise<(readonly [weight: number, arm: Arm])[]> {
  return Promise.all(
    mixture.map(async ({ weight, behaviors }, index) => {
      const resolved: Behavior[] = await Promise.all(behaviors.map((choice) => resolveBehavior(choice, directory)));
      return [weight, createArm(`mixture-${index}`, { behaviors: resolved })] as const;
    }),
  );
}

function draw<T>(weighted: readonly (readonly [weight: number, value: T])[], random: Random): T {
  let left = random.next() * weighted.reduce((sum, [weight]) => sum + weight, 0);
  const chosen = weighted.find(([weight]) => {
    left -= weight;
    return left < 0;
  });
  return present(chosen ?? weighted.at(-1))[1];
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new BridgeError("internal", "a checked curriculum names no level, or no kind of demonstration");
  return value;
}
