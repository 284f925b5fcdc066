import { join } from "node:path";
import type { EvaluationRecord, EvaluationSplit, RunStage } from "@bridge-rl/report";
import { BridgeError, type Problem, type ProblemSource, type Progress } from "@bridge-rl/spec";
import { latestCheckpoint } from "@bridge-rl/training";
import { writeJson, writeJsonLines } from "../internal/write-aside.js";
import { matchDemonstrations } from "../stages/match-demonstrations.js";
import { rolloutSample } from "../stages/rollout-stage.js";
import type { ModelHolder } from "./model-holder.js";
import type { OpenModel, ProblemPurpose, Task } from "./pipeline-config.js";
import type { StageLog } from "./stage-log.js";
import type { EvaluationFindings, StageContext, Stages } from "./stages.js";

/** Everything that the stages of an arm share. */
export interface ArmRun {
  readonly context: StageContext;
  readonly task: Task;
  /** Undefined stages are left out. */
  readonly stages: { readonly [Name in keyof Stages]: Stages[Name] | undefined };
  readonly log: StageLog;
  readonly models: ModelHolder;
}

const splits: readonly EvaluationSplit[] = ["in-distribution", "out-of-distribution"];

/** Runs an arm's stages in their order; finished ones are not run again. */
export async function runStages(run: ArmRun): Promise<void> {
  const evaluations: EvaluationRecord[] = [];
  const lookAt = async (stage: RunStage, model: string | undefined) => {
    evaluations.push(...(await evaluateStage(run, stage, model)));
    await writeJson(join(run.context.directory, "evaluations.json"), evaluations);
    if (stage !== "base") await sampleStage(run, stage, model);
  };
  if (run.context.config.evaluation?.base === true) await lookAt("base", undefined);
  const afterSft = await fineTune(run);
  await lookAt("sft", afterSft);
  if (run.stages.grpo === undefined) return;
  await lookAt("grpo", await reinforce(run, afterSft));
}

/** @returns the folder of the model after SFT; undefined, the base model, where the stage is left out */
async function fineTune(run: ArmRun): Promise<string | undefined> {
  const { context, stages, log, models } = run;
  const { demonstrate, sft } = stages;
  if (demonstrate === undefined || sft === undefined) return undefined;
  const checkpoints = join(context.directory, "checkpoints", "sft");
  const directory = join(context.directory, "models", "sft");
  const train = async () => {
    const { source, problems } = problemsFor(run, "sft", context.config.sft?.problems ?? 1000);
    const model = await models.openFresh(undefined);
    const demonstrations = await matchDemonstrations(context, model, (arm) =>
      demonstrate({ ...context, arm }, { problems, source, model }),
    );
    await writeJsonLines(join(context.directory, "demonstrations.jsonl"), demonstrations);
    await sft({ ...context, checkpoints }, { model, demonstrations, evaluate: () => watchAccuracy(run, model) });
    await model.save(directory);
    return { problems: problems.length, demonstrations: demonstrations.length };
  };
  await log.run("sft", train, { resumes: () => latestCheckpoint(checkpoints) !== undefined });
  return directory;
}

/** @returns the folder of the model after GRPO */
async function reinforce(run: ArmRun, from: string | undefined): Promise<string> {
  const { context, stages, log, models } = run;
  const { grpo } = stages;
  if (grpo === undefined) throw new BridgeError("internal", "the GRPO stage is left out");
  const checkpoints = join(context.directory, "checkpoints", "grpo");
  const directory = join(context.directory, "models", "grpo");
  const train = async () => {
    const source = sourceFor(run, "grpo");
    const model = await models.openFresh(from);
    const stages = context.config.grpo?.curriculum?.map(({ options = {}, ...ending }) => ({
      ...ending,
      problems: sourceFor(run, "grpo", options),
    }));
    await grpo(
      { ...context, checkpoints },
      { model, source, ...(stages && { curriculum: { stages } }), evaluate: () => watchAccuracy(run, model) },
    );
    await model.save(directory);
    return {};
  };
  await log.run("grpo", train, { resumes: () => latestCheckpoint(checkpoints) !== undefined });
  return directory;
}

/** Evaluates a model on every split that the task has problems for. */
async function evaluateStage(run: ArmRun, stage: RunStage, directory: string | undefined): Promise<EvaluationRecord[]> {
  const { context, stages, log, models } = run;
  const { evaluate } = stages;
  if (evaluate === undefined) return [];
  return log.run(`evaluate-${stage}`, async () => {
    const records: EvaluationRecord[] = [];
    const model = await models.open(directory);
    for (const split of splits) {
      const asked = evaluationProblems(run, split, context.config.evaluation?.problems ?? 200);
      if (asked !== undefined) records.push({ stage, split, ...(await evaluate(context, { model, ...asked })) });
    }
    return records;
  });
}

/** Samples rollouts of a model, keeps them, and measures influence on them. */
async function sampleStage(run: ArmRun, stage: RunStage, directory: string | undefined): Promise<void> {
  const { context, stages, log, models } = run;
  const { rollout, influence } = stages;
  if (rollout === undefined) return;
  const { rollouts: { problems: count = 64 } = {}, influence: { after = ["sft"], targets = 32 } = {} } = context.config;
  await log.run(`rollouts-${stage}`, async () => {
    const { source, problems } = problemsFor(run, "grpo", count);
    const model = await models.open(directory);
    const groups = await rollout(context, { model, problems, source });
    const rows = groups.map((group) => rolloutSample(group, source.phrasebook));
    await writeJsonLines(join(context.directory, "samples", `rollouts-${stage}.jsonl`), rows);
    if (influence !== undefined && after.some((name) => name === stage)) {
      const found = await influence(context, { model, groups, targets: problemsFor(run, "influence", targets).problems, source });
      await writeJson(join(context.directory, `influence-${stage}.json`), found);
    }
    return {};
  });
}

/** Accuracy on a few evaluation problems, for the curves of a training that is under way. */
async function watchAccuracy(run: ArmRun, model: OpenModel): Promise<Record<string, number | null>> {
  const { context, stages } = run;
  const metrics: Record<string, number | null> = {};
  for (const split of splits) {
    const asked = evaluationProblems(run, split, context.config.evaluation?.watch ?? 64);
    if (asked === undefined || stages.evaluate === undefined) continue;
    const findings = await stages.evaluate({ ...context, progress: silent }, { model, ...asked });
    Object.assign(metrics, watchedMetrics(split.replaceAll("-", "_"), findings));
  }
  return metrics;
}

/** `accuracy/<split>` and `accuracy/<split>/operations_<n>`; of samples `sampled_accuracy/…` likewise and `pass@<k>/…`. */
function watchedMetrics(split: string, { correct, count, byOperations, sampled }: EvaluationFindings): Record<string, number> {
  const metrics: Record<string, number> = { [`accuracy/${split}`]: correct / count };
  for (const each of byOperations) metrics[`accuracy/${split}/operations_${each.operations}`] = each.correct / each.count;
  if (sampled === undefined) return metrics;
  const parts = [
    { place: split, ...sampled },
    ...sampled.byOperations.map((each) => ({ place: `${split}/operations_${each.operations}`, ...each })),
  ];
  for (const { place, accuracy, passAt } of parts) {
    metrics[`sampled_accuracy/${place}`] = accuracy;
    for (const [k, value] of Object.entries(passAt)) metrics[`pass@${k}/${place}`] = value;
  }
  return metrics;
}

/** The training's own progress goes on; a few problems in between need none. */
const silent: Progress = { update() {} };

interface Asked {
  readonly source: ProblemSource;
  readonly problems: readonly Problem[];
}

/** The first problems of an evaluation: the same ones for all arms and seeds. */
function evaluationProblems(run: ArmRun, split: EvaluationSplit, count: number): Asked | undefined {
  const source = run.task.problems(split, run.context.config.evaluation?.seed ?? 0);
  return source && { source, problems: [...source.problems({ count })] };
}

function problemsFor(run: ArmRun, purpose: ProblemPurpose, count: number): Asked {
  const source = sourceFor(run, purpose);
  return { source, problems: [...source.problems({ count })] };
}

function sourceFor({ task, context }: ArmRun, purpose: ProblemPurpose, over: Readonly<Record<string, unknown>> = {}): ProblemSource {
  const source = task.problems(purpose, context.seed, over);
  if (source !== undefined) return source;
  throw new BridgeError("invalid-option", `the task ${task.name} has no problems for ${purpose}; give it some, or leave that stage out`);
}
