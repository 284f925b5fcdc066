import type {
  Accuracy,
  ArmSummary,
  EvaluationRecord,
  EvaluationSplit,
  RunStage,
  StageSummary,
  StagesSummary,
  SummaryFile,
} from "./run-files.js";
import { wilsonInterval } from "./wilson-interval.js";

/** The evaluations of one arm with one seed. */
export interface EvaluatedArm {
  readonly name: string;
  readonly seed: number;
  readonly evaluations: readonly EvaluationRecord[];
}

/**
 * Sums up evaluations as `summary.json` holds them: per arm, stage and split, pooled over seeds and for each seed.
 *
 * A pooled interval treats all answers as independent: it tells how well the accuracy of *these* trained models is known, not how
 * much another seed would change it. The base model counts once, however many seeds evaluated it.
 */
export function summarizeEvaluations(arms: readonly EvaluatedArm[]): Pick<SummaryFile, "arms" | "constantBaseline"> {
  const names = [...new Set(arms.map((arm) => arm.name))];
  const summaries = names.map((name): [string, ArmSummary] => {
    const own = arms.filter((arm) => arm.name === name);
    return [
      name,
      {
        ...summarizeStages(pooled(own)),
        seeds: own.map((arm) => ({ seed: arm.seed, ...summarizeStages(arm.evaluations) })),
      },
    ];
  });
  const all = arms.flatMap((arm) => arm.evaluations);
  const inDistribution = constantBaseline(all, "in-distribution");
  const outOfDistribution = constantBaseline(all, "out-of-distribution");
  return {
    arms: Object.fromEntries(summaries),
    constantBaseline: { ...(inDistribution && { inDistribution }), ...(outOfDistribution && { outOfDistribution }) },
  };
}

/** All evaluations, but those of the base model once: training seeds don't change it, so evaluating it again adds nothing. */
function pooled(arms: readonly EvaluatedArm[]): EvaluationRecord[] {
  const base =
    arms.map(({ evaluations }) => evaluations.filter(({ stage }) => stage === "base")).find((records) => records.length > 0) ?? [];
  return [...base, ...arms.flatMap(({ evaluations }) => evaluations.filter(({ stage }) => stage !== "base"))];
}

function summarizeStages(records: readonly EvaluationRecord[]): StagesSummary {
  const base = summarizeStage(records, "base");
  const sft = summarizeStage(records, "sft");
  const grpo = summarizeStage(records, "grpo");
  return { ...(base && { base }), ...(sft && { sft }), ...(grpo && { grpo }) };
}

function summarizeStage(records: readonly EvaluationRecord[], stage: RunStage): StageSummary | undefined {
  const own = records.filter((record) => record.stage === stage);
  const inDistribution = pool(own.filter((record) => record.split === "in-distribution"));
  const outOfDistribution = pool(own.filter((record) => record.split === "out-of-distribution"));
  if (!inDistribution && !outOfDistribution) return undefined;
  return { ...(inDistribution && { inDistribution }), ...(outOfDistribution && { outOfDistribution }) };
}

function pool(records: readonly { correct: number; count: number }[]): Accuracy | undefined {
  const count = records.reduce((total, record) => total + record.count, 0);
  if (count === 0) return undefined;
  return wilsonInterval(
    records.reduce((total, record) => total + record.correct, 0),
    count,
  );
}

/** Every arm is evaluated on the same problems, so the first evaluation of a split speaks for all. */
function constantBaseline(
  records: readonly EvaluationRecord[],
  split: EvaluationSplit,
): SummaryFile["constantBaseline"]["inDistribution"] | undefined {
  const record = records.find((candidate) => candidate.split === split && candidate.constantBaseline.count > 0);
  if (!record) return undefined;
  const { answer, correct, count } = record.constantBaseline;
  return { ...wilsonInterval(correct, count), answer };
}
