import type { TrainingRow } from "@bridge-rl/spec";
import type { MicroBatch } from "./micro-batches.js";

/**
 * The shape of a run in which completions share one prompt: the prompt's tokens once, then each completion's, all in one row.
 * Completion j begins with the prompt's last token, which predicts its first one.
 */
export interface SharedShape {
  /** Tokens of the prompt but its last one, padded on the right. */
  readonly prefix: number;
  readonly completions: number;
  /** Tokens of each completion, padded on the right. */
  readonly tokens: number;
}

/** Completions of one prompt as the feeds of one run. */
export interface SharedRun extends MicroBatch {
  readonly shared: SharedShape;
  /** `[prefix + completions · tokens]` */
  readonly positions: BigInt64Array;
  /** `[prefix + tokens]`: −10⁹ at the padding of the prompt, 0 elsewhere. */
  readonly prefixMask: Float32Array;
}

export interface SharedPlan {
  readonly runs: readonly SharedRun[];
  /** Rows that share too little to gain from it. */
  readonly rest: readonly number[];
}

/**
 * Finds rows of the same prompt and lays each prompt out once for all of them, where that takes fewer tokens.
 *
 * @param selected  positions in `batch`
 */
export function planSharedRuns(batch: readonly TrainingRow[], selected: readonly number[], tokensPerRun: number): SharedPlan {
  const groups = new Map<string, number[]>();
  for (const row of selected) {
    const { promptIds, completionIds } = batch[row] as TrainingRow;
    if (completionIds.length === 0) continue;
    const key = promptIds.join(",");
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const runs: SharedRun[] = [];
  const rest: number[] = [];
  for (const rows of groups.values()) {
    const lengthOf = (row: number): number => (batch[row] as TrainingRow).completionIds.length;
    const sorted = rows.toSorted((left, right) => lengthOf(right) - lengthOf(left) || left - right);
    const prompt = (batch[sorted[0] as number] as TrainingRow).promptIds.length;
    for (let start = 0; start < sorted.length; ) {
      const prefix = roundUp(prompt - 1);
      const tokens = roundUp(lengthOf(sorted[start] as number));
      const completions = Math.max(1, Math.min(sorted.length - start, Math.floor((tokensPerRun - prefix) / tokens)));
      const part = sorted.slice(start, start + completions);
      const plain = part.reduce((total, row) => total + roundUp(prompt - 1 + lengthOf(row)), 0);
      if (prompt > 1 && prefix + completions * tokens < plain) runs.push(assemble(batch, part, { prefix, completions, tokens }));
      else rest.push(...part);
      start += completions;
    }
  }
  return { runs, rest: rest.sort((left, right) => left - right) };
}

function assemble(batch: readonly TrainingRow[], rows: readonly number[], shared: SharedShape): SharedRun {
  const { prefix, completions, tokens } = shared;
  const count = prefix + completions * tokens;
  const targets = completions * tokens;
  const { promptIds } = batch[rows[0] as number] as TrainingRow;
  const before = promptIds.length - 1;
  const tokenIds = new Int32Array(count);
  const positions = new BigInt64Array(count);
  const sources = new Int32Array(targets);
  const targetIds = new Int32Array(targets);
  const targetOf = new Int32Array(count).fill(targets);
  tokenIds.set(promptIds.subarray(0, before));
  for (let place = 0; place < prefix; place++) positions[place] = BigInt(place);
  const parts: { row: number; start: number; length: number }[] = [];
  let start = 0;
  for (let completion = 0; completion < completions; completion++) {
    const base = prefix + completion * tokens;
    for (let place = 0; place < tokens; place++) positions[base + place] = BigInt(before + place);
    const { completionIds } = batch[rows[completion] as number] as TrainingRow;
    tokenIds[base] = promptIds[before] as number;
    tokenIds.set(completionIds.subarray(0, -1), base + 1);
    targetIds.set(completionIds, start);
    for (let place = 0; place < completionIds.length; place++) {
      sources[start + place] = base + place;
      targetOf[base + place] = start + place;
    }
    parts.push({ row: rows[completion] as number, start, length: completionIds.length });
    start += completionIds.length;
  }
  const prefixMask = new Float32Array(prefix + tokens).fill(-1e9, before, prefix);
  return { shape: { rows: 1, tokens: count, targets }, tokenIds, sources, targetIds, targetOf, parts, shared, positions, prefixMask };
}

/** The next of 8 steps per octave, a multiple of 16: shapes have to be compiled. */
function roundUp(value: number): number {
  const step = Math.max(16, 2 ** Math.floor(Math.log2(Math.max(1, value)) - 3));
  return Math.ceil(value / step) * step;
}
