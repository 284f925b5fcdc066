import type { ProviderName } from "@bridge-rl/runtime-onnx";
import { type Evaluation, evaluatePolicy } from "@bridge-rl/training";
import { readProblems } from "../data/read-problems.js";
import { table } from "../terminal/table.js";
import { samplingProgress, withModel } from "./with-model.js";

/** What the flags of `bridge evaluate` come to. */
export interface EvaluateFlags {
  readonly model: string;
  readonly input: string;
  readonly count: number;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly seed: number;
  readonly task?: string | undefined;
  readonly phrasebook?: string | undefined;
  readonly threads: number;
  readonly workers: number;
  readonly provider: ProviderName;
  readonly json?: true | undefined;
}

/** Evaluates a model and prints what was found. */
export async function evaluateCommand(flags: EvaluateFlags): Promise<void> {
  const { input, count, temperature, maxTokens, seed, json } = flags;
  const { problems, phrasebook, reward } = await readProblems(input, flags);
  const evaluation = await withModel(flags, ({ model: { policy, tokenizer }, progress, signal }) => {
    const sampling = { temperature, maxTokens, stop: phrasebook.stop, signal, onProgress: samplingProgress(progress, "evaluation") };
    return evaluatePolicy({ sampler: policy.sampler, tokenizer, phrasebook, problems, reward, count, seed, sampling });
  });
  process.stdout.write(json ? `${JSON.stringify(evaluation, undefined, 2)}\n` : `${evaluationTable(evaluation)}\n`);
}

function evaluationTable(evaluation: Evaluation): string {
  const rows = [
    ...evaluation.byOperations.map((entry) => [`${entry.operations} operations`, ...cells(entry)]),
    ["all", ...cells(evaluation)],
  ];
  const { zero, mostFrequent } = evaluation.constantAnswer;
  const other = mostFrequent.answer === "0" ? "" : `, always answering ${mostFrequent.answer} gets ${percent(mostFrequent.accuracy)} %`;
  const baseline = `Always answering 0 gets ${percent(zero)} %${other}.`;
  const length = `A completion has ${evaluation.meanLength.toFixed(1)} tokens on average; ${percent(evaluation.truncated)} % reach the limit.`;
  return `${table(["", "solved", "95 % interval", "problems"], rows)}\n\n${baseline}\n${length}`;
}

function cells({ accuracy, interval: [low, high], n }: { accuracy: number; interval: readonly [number, number]; n: number }): string[] {
  return [`${percent(accuracy)} %`, `${percent(low)}–${percent(high)} %`, String(n)];
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
