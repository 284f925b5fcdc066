import { BridgeError, type TrainingRow } from "@bridge-rl/spec";
import type { DecoderConfig } from "../../decoder-config.js";

/** The static shape of one run. */
export interface RunShape {
  readonly rows: number;
  /** Tokens of each row, padded on the right. */
  readonly tokens: number;
  /** Scored positions, padded at the end. */
  readonly targets: number;
}

/** Some rows of a batch as the feeds of one run. */
export interface MicroBatch {
  readonly shape: RunShape;
  /** `[rows · tokens]` */
  readonly tokenIds: Int32Array;
  /** `[targets]`: the row of the flattened hidden states that predicts each target. */
  readonly sources: Int32Array;
  /** `[targets]` */
  readonly targetIds: Int32Array;
  /** `[rows · tokens]`: the inverse of `sources`; `shape.targets` where nothing is predicted. */
  readonly targetOf: Int32Array;
  /** Which part of `targets` belongs to which row of the batch. */
  readonly parts: readonly { readonly row: number; readonly start: number; readonly length: number }[];
}

/**
 * Splits a batch into runs of at most `tokensPerRun` tokens, similar lengths together. Shapes come from a coarse grid, since each has to
 * be compiled: lengths in steps of 16 or an eighth, and as many rows as fit, or a half, a quarter or an eighth of that.
 *
 * @param selected  positions in `batch`; rows without completion are left out
 */
export function planMicroBatches(
  batch: readonly TrainingRow[],
  selected: readonly number[],
  config: DecoderConfig,
  tokensPerRun: number,
): MicroBatch[] {
  const inputLength = (row: number): number => {
    const { promptIds, completionIds } = rowAt(batch, row);
    return promptIds.length + completionIds.length - 1;
  };
  const pending = selected
    .filter((row) => rowAt(batch, row).completionIds.length > 0)
    .sort((left, right) => inputLength(right) - inputLength(left) || left - right);
  return chooseRuns(pending.map(inputLength), tokensPerRun).map(({ start, capacity, tokens }) => {
    const rows = pending.slice(start, start + capacity);
    return assemble(batch, rows, { rows: capacity, tokens, targets: countTargets(batch, rows, capacity * tokens, config) });
  });
}

interface Run {
  readonly start: number;
  readonly capacity: number;
  readonly tokens: number;
}

/** What a run costs beyond its tokens (copying gradients out, above all), in tokens. */
const costOfRun = 64;

/** The cheapest way to cover rows of falling length with runs, found from the end. */
function chooseRuns(lengths: readonly number[], tokensPerRun: number): Run[] {
  const costs = new Float64Array(lengths.length + 1);
  const choices: Run[] = [];
  for (let start = lengths.length - 1; start >= 0; start--) {
    const tokens = roundUp(lengths[start] ?? 0, 16);
    const full = Math.max(1, Math.floor(tokensPerRun / tokens));
    costs[start] = Number.POSITIVE_INFINITY;
    for (const divisor of [1, 2, 4, 8]) {
      const capacity = Math.ceil(full / divisor);
      const cost = capacity * tokens + costOfRun + (costs[Math.min(start + capacity, lengths.length)] ?? 0);
      if (cost < (costs[start] ?? 0)) {
        costs[start] = cost;
        choices[start] = { start, capacity, tokens };
      }
    }
  }
  const runs: Run[] = [];
  for (let run = choices[0]; run !== undefined; run = choices[run.start + run.capacity]) runs.push(run);
  return runs;
}

/**
 * Scored positions of a run, padding included. The head is computed at these alone; with a small vocabulary that saves little, and all
 * positions are one shape.
 */
function countTargets(batch: readonly TrainingRow[], rows: readonly number[], positions: number, config: DecoderConfig): number {
  if (config.vocabularySize <= 8 * config.hiddenSize) return positions;
  const count = rows.reduce((total, row) => total + rowAt(batch, row).completionIds.length, 0);
  const step = Math.ceil(positions / 8);
  return Math.min(positions, Math.ceil(count / step) * step);
}

function assemble(batch: readonly TrainingRow[], rows: readonly number[], shape: RunShape): MicroBatch {
  const { tokens, targets } = shape;
  const tokenIds = new Int32Array(shape.rows * tokens);
  const sources = new Int32Array(targets);
  const targetIds = new Int32Array(targets);
  const targetOf = new Int32Array(shape.rows * tokens).fill(targets);
  const parts: { row: number; start: number; length: number }[] = [];
  let start = 0;
  for (const [index, row] of rows.entries()) {
    const { promptIds, completionIds } = rowAt(batch, row);
    const base = index * tokens;
    tokenIds.set(promptIds, base);
    tokenIds.set(completionIds.subarray(0, -1), base + promptIds.length);
    targetIds.set(completionIds, start);
    for (let offset = 0; offset < completionIds.length; offset++) {
      const source = base + promptIds.length - 1 + offset;
      sources[start + offset] = source;
      targetOf[source] = start + offset;
    }
    parts.push({ row, start, length: completionIds.length });
    start += completionIds.length;
  }
  return { shape, tokenIds, sources, targetIds, targetOf, parts };
}

/** The next of 8 steps per octave, a multiple of `unit`. */
function roundUp(value: number, unit: number): number {
  const step = Math.max(unit, 2 ** Math.floor(Math.log2(Math.max(1, value)) - 3));
  return Math.ceil(value / step) * step;
}

/**
 * Refuses rows that the model cannot score.
 *
 * @throws BridgeError `invalid-input` naming the row
 */
export function checkRows(batch: readonly TrainingRow[], config: DecoderConfig): void {
  for (const [index, { promptIds, completionIds }] of batch.entries()) {
    if (promptIds.length === 0) {
      throw new BridgeError("invalid-input", `row ${index} has an empty prompt; the first completion token needs a token before it`);
    }
    const length = promptIds.length + completionIds.length;
    if (length > config.maximumLength) {
      throw new BridgeError("invalid-input", `row ${index} has ${length} tokens; the model takes at most ${config.maximumLength}`);
    }
    for (const ids of [promptIds, completionIds]) {
      const wrong = ids.find((id) => id < 0 || id >= config.vocabularySize);
      if (wrong !== undefined) {
        throw new BridgeError("invalid-input", `row ${index} has token id ${wrong}; the vocabulary has ${config.vocabularySize} tokens`);
      }
    }
  }
}

function rowAt(batch: readonly TrainingRow[], index: number): TrainingRow {
  const row = batch[index];
  if (row === undefined) throw new BridgeError("internal", `the batch has no row ${index}`);
  return row;
}
