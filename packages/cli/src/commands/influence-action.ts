import type { InfluenceFile } from "@bridge-rl/report";
import { BridgeError } from "@bridge-rl/spec";
import { collectRollouts } from "@bridge-rl/training";
import { readProblems } from "../data/read-problems.js";
import { measureInfluence } from "../stages/measure-influence.js";
import { table } from "../terminal/table.js";
import { samplingProgress, withModel } from "./with-model.js";

/** What the flags of `bridge influence` come to. */
export interface InfluenceFlags {
  readonly model: string;
  readonly input: string;
  readonly targets: string;
  readonly count: number;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly seed: number;
  readonly task?: string | undefined;
  readonly phrasebook?: string | undefined;
  readonly threads: number;
  readonly workers: number;
  readonly json?: true | undefined;
}

/** Measures influence and prints it. */
export async function influenceCommand(flags: InfluenceFlags): Promise<void> {
  const { input, targets, count, temperature, maxTokens, seed, json } = flags;
  const trained = await readProblems(input, flags);
  const asked = await readProblems(targets, flags);
  if (asked.phrasebook.name !== trained.phrasebook.name) {
    throw new BridgeError(
      "invalid-input",
      `${targets} is worded by ${asked.phrasebook.name}, ${input} by ${trained.phrasebook.name}; use one phrasebook`,
    );
  }
  const { reward } = trained;
  const found = await withModel(flags, async ({ model, progress, signal }) => {
    const { policy, tokenizer } = model;
    const sample = ({ problems, phrasebook }: typeof trained, phase: string) =>
      collectRollouts({
        sampler: policy.sampler,
        tokenizer,
        phrasebook,
        problems,
        reward,
        count,
        seed: `${phase} ${seed}`,
        sampling: { temperature, maxTokens, stop: phrasebook.stop, signal, onProgress: samplingProgress(progress, phase) },
      });
    const groups = { train: await sample(trained, "rollouts"), evaluation: await sample(asked, "rollouts of targets") };
    const { phrasebook } = trained;
    return measureInfluence(model, groups, { phrasebook, temperature, correctReward: reward.maximum, signal });
  });
  process.stdout.write(json ? `${JSON.stringify(found, undefined, 2)}\n` : `${influenceTable(found)}\n${besides(found)}`);
}

/** What is known beside the means: whether the theory holds here, what carries the influence, how ready the model is. */
function besides({ measured = [], behaviors = [], readiness, queries }: InfluenceFile): string {
  const lines: string[] = [];
  const smallest = measured.at(-1);
  if (smallest !== undefined) {
    lines.push(
      `A real step of rate ${smallest.learningRate.toExponential(1)} changed the objective by ${(smallest.measured / smallest.predicted).toFixed(3)} of what influence says.`,
    );
  }
  if (behaviors.length > 1) {
    const parts = behaviors.map(({ behavior, influence }) => `${behavior} ${(influence / queries.length).toPrecision(2)}`);
    lines.push(`Carried by the tokens of: ${parts.join(", ")}.`);
  }
  if (readiness !== undefined) {
    const { influence, accuracy, passAtN, coefficient, gradientNorm, rollouts } = readiness;
    lines.push(
      `Readiness for GRPO: influence on accuracy ${influence.toPrecision(3)}; rivals: accuracy ${accuracy.toFixed(3)}, pass@${rollouts} ${passAtN.toFixed(3)}, mean √(α(1−α)) ${coefficient.toFixed(3)}, gradient norm ${gradientNorm.toPrecision(3)}.`,
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}

function influenceTable({ byAccuracy, meanAll, meanMixed, queries }: InfluenceFile): string {
  const rows = byAccuracy.map(({ accuracy, mean, interval, count }) => [
    `${(100 * accuracy).toFixed(0)} % right`,
    mean.toPrecision(3),
    interval === null ? "" : `${interval[0].toPrecision(3)} to ${interval[1].toPrecision(3)}`,
    String(count),
  ]);
  rows.push(["all", meanAll?.toPrecision(3) ?? "", "", String(queries.length)]);
  if (meanMixed !== null) rows.push(["neither all right nor all wrong", meanMixed.toPrecision(3), "", ""]);
  return table(["rollouts", "mean influence", "95 % interval", "problems"], rows);
}
