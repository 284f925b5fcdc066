import type { TrainingRow } from "@bridge-rl/spec";
import { attentionBlocks } from "@bridge-rl/tensor";
import type { DecoderConfig } from "../../decoder-config.js";
import type { MicroBatch } from "./micro-batches.js";

/**
 * The shape of a run whose rows stand one behind the other without padding; only attention lays them out side by side. Rows of one prompt have
 * its tokens once: all but its last one, which predicts their first.
 */
export interface PackedShape {
  /** Tokens of all rows and prompts, with one at least that belongs to none. */
  readonly tokens: number;
  /** Prompts that several rows share. */
  readonly prompts: number;
  /** Places for the tokens of each of those; 0 without prompts. */
  readonly prefix: number;
  readonly rows: number;
  /** Places for each row's own tokens, longest rows first. */
  readonly length: number;
  /** How many rows reach into each of `attentionBlocks(length)`, at most. */
  readonly rowsOfBlocks: readonly number[];
}

/** Rows of a batch as the feeds of one packed run. */
export interface PackedRun extends MicroBatch {
  readonly packed: PackedShape;
  /** `[tokens]` */
  readonly positions: BigInt64Array;
  /** `[prompts, prefix]`: the token at each place; the last token of all, which is padding, where there is none. */
  readonly promptTokens: Int32Array;
  /** `[rows, length]`, as `promptTokens`. */
  readonly ownTokens: Int32Array;
  /** `[rows]`: the prompt that a row's own tokens stand behind; −1 for a row without one. */
  readonly promptOf: Int32Array;
}

/** Rows that share a prompt, or one row that doesn't. */
interface Segment {
  /** Positions in the batch. */
  readonly rows: readonly number[];
  /** Tokens of the prompt that are laid out once; 0 for one row alone. */
  readonly prefix: number;
  /** Own tokens of the longest row. */
  readonly longest: number;
  readonly tokens: number;
}

interface OpenRun {
  readonly segments: Segment[];
  tokens: number;
  rows: number;
}

export interface PackingOptions {
  readonly config: DecoderConfig;
  /** Bound on the tokens of a run; a longer row runs alone. */
  readonly tokensPerRun: number;
  /** Lays a prompt out once for its rows. */
  readonly sharePrompts: boolean;
}

/** Padded places that attention may have for each token of a full run: what bounds its memory where lengths differ much. */
const placesPerToken = 2;

/**
 * Packs rows into runs, long ones first and each run filled up with what still fits. Shapes are rounded up, since each has to be compiled.
 *
 * @param selected  positions in `batch`; rows without completion are left out
 */
export function planPackedRuns(batch: readonly TrainingRow[], selected: readonly number[], options: PackingOptions): PackedRun[] {
  const segments = splitSegments(batch, selected, options).sort(
    (left, right) => right.longest - left.longest || (left.rows[0] as number) - (right.rows[0] as number),
  );
  const shared = fillRuns(
    segments.filter(({ prefix }) => prefix > 0),
    options,
  );
  const single = fillRuns(
    segments.filter(({ prefix }) => prefix === 0),
    options,
  );
  return [...shared, ...single].map((run) => assemble(batch, run, options));
}

function splitSegments(batch: readonly TrainingRow[], selected: readonly number[], options: PackingOptions): Segment[] {
  const groups = new Map<string, number[]>();
  for (const row of selected) {
    const { promptIds, completionIds } = batch[row] as TrainingRow;
    if (completionIds.length === 0) continue;
    const key = options.sharePrompts ? promptIds.join(",") : String(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  const lengthOf = (row: number): number => (batch[row] as TrainingRow).completionIds.length;
  const prefixOf = (row: number): number => (batch[row] as TrainingRow).promptIds.length - 1;
  return [...groups.values()].flatMap((group): Segment[] => {
    const prefix = prefixOf(group[0] as number);
    // sharing fewer tokens than a row has to be padded by gains nothing
    if (prefix * (group.length - 1) < unit) {
      return group.map((row) => ({ rows: [row], prefix: 0, longest: prefix + lengthOf(row), tokens: prefix + lengthOf(row) }));
    }
    const rows = group.toSorted((left, right) => lengthOf(right) - lengthOf(left) || left - right);
    const parts: { rows: number[]; tokens: number }[] = [];
    for (const row of rows) {
      const open = parts.find(({ tokens }) => tokens + lengthOf(row) < options.tokensPerRun);
      if (open) {
        open.rows.push(row);
        open.tokens += lengthOf(row);
      } else parts.push({ rows: [row], tokens: prefix + lengthOf(row) });
    }
    return parts.map((part) => ({ ...part, prefix, longest: lengthOf(part.rows[0] as number) }));
  });
}

/** Each segment goes into the first run that has room for it. */
function fillRuns(segments: readonly Segment[], { tokensPerRun }: PackingOptions): Segment[][] {
  const runs: OpenRun[] = [];
  for (const segment of segments) {
    const { tokens, rows } = segment;
    const fits = (run: OpenRun): boolean => {
      const places = (run.rows + rows.length) * (run.segments[0]?.longest ?? 0);
      return run.tokens + tokens < tokensPerRun && places <= placesPerToken * tokensPerRun;
    };
    const open = runs.find(fits);
    if (open) {
      open.segments.push(segment);
      open.tokens += tokens;
      open.rows += rows.length;
    } else runs.push({ segments: [segment], tokens, rows: rows.length });
  }
  return runs.map((run) => run.segments);
}

function assemble(batch: readonly TrainingRow[], segments: readonly Segment[], { config, tokensPerRun }: PackingOptions): PackedRun {
  const members = rowsOf(batch, segments);
  const packed = shapeOf(segments, members, tokensPerRun);
  const { tokens, prompts, prefix, rows, length } = packed;
  const scored = members.reduce((total, { row }) => total + (batch[row] as TrainingRow).completionIds.length, 0);
  const targets = countTargets(scored, tokens, config);
  const padding = tokens - 1;
  const run = {
    ...{ packed, shape: { rows: 1, tokens, targets }, parts: [] as { row: number; start: number; length: number }[] },
    ...{ tokenIds: new Int32Array(tokens), positions: new BigInt64Array(tokens), targetOf: new Int32Array(tokens).fill(targets) },
    ...{ sources: new Int32Array(targets), targetIds: new Int32Array(targets) },
    ...{ promptTokens: new Int32Array(prompts * prefix).fill(padding), ownTokens: new Int32Array(rows * length).fill(padding) },
    promptOf: new Int32Array(rows).fill(-1),
  };
  let token = 0;
  let target = 0;
  const place = (ids: Int32Array, position: number, places: Int32Array, at: number): void => {
    run.tokenIds.set(ids, token);
    for (let index = 0; index < ids.length; index++) {
      run.positions[token + index] = BigInt(position + index);
      places[at + index] = token + index;
    }
    token += ids.length;
  };
  for (const [index, { rows: of, prefix: shared }] of segments.entries()) {
    const { promptIds } = batch[of[0] as number] as TrainingRow;
    if (shared > 0) place(promptIds.subarray(0, shared), 0, run.promptTokens, index * prefix);
  }
  for (const [slot, { row, segment, shared }] of members.entries()) {
    const { promptIds, completionIds } = batch[row] as TrainingRow;
    if (shared > 0) run.promptOf[slot] = segment;
    const prompt = promptIds.subarray(shared);
    const first = token + prompt.length - 1;
    place(prompt, shared, run.ownTokens, slot * length);
    place(completionIds.subarray(0, -1), promptIds.length, run.ownTokens, slot * length + prompt.length);
    run.targetIds.set(completionIds, target);
    for (let index = 0; index < completionIds.length; index++) {
      run.sources[target + index] = first + index;
      run.targetOf[first + index] = target + index;
    }
    run.parts.push({ row, start: target, length: completionIds.length });
    target += completionIds.length;
  }
  return run;
}

interface PlacedRow {
  /** Position in the batch. */
  readonly row: number;
  /** Its segment among those of the run. */
  readonly segment: number;
  /** Tokens of its prompt that are laid out once. */
  readonly shared: number;
  /** Own tokens. */
  readonly own: number;
}

/** The rows of a run, longest first. */
function rowsOf(batch: readonly TrainingRow[], segments: readonly Segment[]): PlacedRow[] {
  return segments
    .flatMap(({ rows, prefix }, segment) =>
      rows.map((row) => {
        const { promptIds, completionIds } = batch[row] as TrainingRow;
        return { row, segment, shared: prefix, own: promptIds.length - 1 - prefix + completionIds.length };
      }),
    )
    .sort((left, right) => right.own - left.own || left.row - right.row);
}

/** Lengths are multiples of this many tokens. */
const unit = 16;

function shapeOf(segments: readonly Segment[], members: readonly PlacedRow[], tokensPerRun: number): PackedShape {
  const count = segments.reduce((total, segment) => total + segment.tokens, 0);
  const prefix = Math.max(0, ...segments.map((segment) => segment.prefix));
  const longest = members[0]?.own ?? 0;
  // one place more than tokens, here or in the prefix, for those that are padding
  const length = roundUp(prefix === 0 ? longest + 1 : longest, eighth(longest));
  const quarter = 2 ** Math.max(0, Math.floor(Math.log2(members.length)) - 2);
  const rows = roundUp(members.length, quarter);
  const reaching = (start: number): number => members.filter(({ own }) => own > start).length;
  return {
    tokens: roundUp(count + 1, Math.max(unit, tokensPerRun / 16)),
    ...(prefix === 0 ? { prompts: 0, prefix: 0 } : { prompts: segments.length, prefix: roundUp(prefix + 1, eighth(prefix)) }),
    ...{ rows, length },
    rowsOfBlocks: attentionBlocks(length).map(({ start }) => (start === 0 ? rows : roundUp(reaching(start), quarter))),
  };
}

/**
 * Scored positions, padding included. The head is computed at these alone; with a small vocabulary that saves little, and all positions are one
 * shape.
 */
function countTargets(count: number, tokens: number, config: DecoderConfig): number {
  if (config.vocabularySize <= 8 * config.hiddenSize) return tokens;
  return Math.min(tokens, roundUp(count, Math.ceil(tokens / 8)));
}

/** A step of which there are 8 to the octave of `value`. */
function eighth(value: number): number {
  return Math.max(unit, 2 ** Math.floor(Math.log2(value) - 3));
}

function roundUp(value: number, step: number): number {
  return Math.ceil(Math.ceil(value / step) * step);
}
