import type { Problem, ProblemSource } from "@bridge-rl/spec";

/** Problems that change as the policy learns, from easy to hard for example. */
export interface Curriculum {
  readonly stages: readonly CurriculumStage[];
}

/** One stage. It ends after its steps, or at its accuracy, whichever comes first; without either it never ends. */
export interface CurriculumStage {
  /** A source, taken upwards from its first problem, or a list. */
  readonly problems: ProblemSource | readonly Problem[];
  /** Training steps. @defaultValue no limit */
  readonly steps?: number;
  /** Mean accuracy of the rollouts over the last `window` steps that is good enough to go on. @defaultValue none */
  readonly accuracy?: number;
  /** @defaultValue 5 */
  readonly window?: number;
}

/** Where a run stands in its curriculum. Plain JSON, part of its checkpoints. */
export interface CurriculumProgress {
  /** Position of the stage. */
  readonly stage: number;
  /** Its steps so far. */
  readonly steps: number;
  /** Problems of it that were taken. */
  readonly cursor: number;
  /** Accuracies of its last steps. */
  readonly recent: readonly number[];
}

/** Moves on after a step, to the next stage where it is time. */
export function advance(
  stages: readonly Pick<CurriculumStage, "steps" | "accuracy" | "window">[],
  { stage, steps, recent }: CurriculumProgress,
  step: { readonly accuracy: number; readonly cursor: number },
): CurriculumProgress {
  const { steps: limit = Number.POSITIVE_INFINITY, accuracy = Number.POSITIVE_INFINITY, window = 5 } = stages[stage] ?? {};
  const seen = accuracy === Number.POSITIVE_INFINITY ? [] : [...recent, step.accuracy].slice(-window);
  const isGood = seen.length === window && seen.reduce((total, value) => total + value, 0) / window >= accuracy;
  if (stage + 1 < stages.length && (steps + 1 >= limit || isGood)) return { stage: stage + 1, steps: 0, cursor: 0, recent: [] };
  return { stage, steps: steps + 1, cursor: step.cursor, recent: seen };
}
