import type { TensorValue } from "@bridge-rl/spec";
import { add, causalAttention, concat, gatherRows, gradients, matmul, reshape, slice, type Tensor } from "@bridge-rl/tensor";
import type { Decoder, Heads } from "../../decoder.js";
import type { DecoderConfig } from "../../decoder-config.js";
import type { PackedRun, PackedShape } from "./packed-runs.js";

/**
 * Where attention finds the vectors of each head: rows of `[heads · tokens, headDimension]`, and the way back from its places, prompts first,
 * own tokens behind them.
 */
export interface PackedLayout {
  /** `[prompts · heads · prefix]`, of query heads. */
  readonly promptQueries?: Tensor;
  /** `[prompts · keyValueHeads · prefix]` */
  readonly promptKeys?: Tensor;
  /** `[rows · heads · length]`, of query heads. */
  readonly ownQueries: Tensor;
  /** `[rows · keyValueHeads · (prefix + length)]`: those of a row's prompt, then its own. */
  readonly seenKeys: Tensor;
  /** `[heads · tokens]` */
  readonly queryPlaces: Tensor;
  /** `[keyValueHeads · tokens]` */
  readonly keyPlaces: Tensor;
  /** `[prompts, rows]`: 1 where a row stands behind a prompt. */
  readonly rowsOfPrompts?: Tensor;
  /** `[rows, 1, 1, prefix + length]`: −10⁹ at places of the prompt without a token, 0 elsewhere. */
  readonly mask?: Tensor;
}

/** Declares what `packedFeeds` gives. */
export function declareLayout({ graph, config, dataType }: Decoder, shape: PackedShape): PackedLayout {
  const { tokens, prompts, prefix, rows, length } = shape;
  const { heads, keyValueHeads } = config;
  const integers = (name: string, count: number): Tensor => graph.input(name, [count], "int32");
  return {
    ownQueries: integers("ownQueries", rows * heads * length),
    seenKeys: integers("seenKeys", rows * keyValueHeads * (prefix + length)),
    queryPlaces: integers("queryPlaces", heads * tokens),
    keyPlaces: integers("keyPlaces", keyValueHeads * tokens),
    ...(prompts > 0 && {
      promptQueries: integers("promptQueries", prompts * heads * prefix),
      promptKeys: integers("promptKeys", prompts * keyValueHeads * prefix),
      rowsOfPrompts: graph.input("rowsOfPrompts", [prompts, rows], dataType),
      mask: graph.input("mask", [rows, 1, 1, prefix + length], dataType),
    }),
  };
}

/** The inputs that `declareLayout` declares. */
export function packedFeeds(
  config: DecoderConfig,
  run: PackedRun,
): Record<string, TensorValue & { readonly data: Int32Array | Float32Array }> {
  const { packed, promptTokens, ownTokens, promptOf } = run;
  const { tokens, prompts, prefix, rows, length } = packed;
  const { heads, keyValueHeads } = config;
  const padding = tokens - 1;
  const lookUp = (places: Int32Array, count: number, of: number): Int32Array => byHead(places, count, of, tokens);
  const seen = new Int32Array(rows * (prefix + length));
  const mask = new Float32Array(rows * (prefix + length));
  const rowsOfPrompts = new Float32Array(prompts * rows);
  for (let row = 0; row < rows; row++) {
    const start = row * (prefix + length);
    const prompt = promptOf[row] as number;
    if (prompt >= 0) {
      seen.set(promptTokens.subarray(prompt * prefix, (prompt + 1) * prefix), start);
      rowsOfPrompts[prompt * rows + row] = 1;
    } else seen.fill(padding, start, start + prefix);
    for (let place = start; place < start + prefix; place++) if (seen[place] === padding) mask[place] = -1e9;
    seen.set(ownTokens.subarray(row * length, (row + 1) * length), start + prefix);
  }
  const integers = (data: Int32Array) => ({ data, shape: [data.length] });
  return {
    ownQueries: integers(lookUp(ownTokens, rows, heads)),
    seenKeys: integers(lookUp(seen, rows, keyValueHeads)),
    queryPlaces: integers(placesByHead(run, heads)),
    keyPlaces: integers(placesByHead(run, keyValueHeads)),
    ...(prompts > 0 && {
      promptQueries: integers(lookUp(promptTokens, prompts, heads)),
      promptKeys: integers(lookUp(promptTokens, prompts, keyValueHeads)),
      rowsOfPrompts: { data: rowsOfPrompts, shape: [prompts, rows] },
      mask: { data: mask, shape: [rows, 1, 1, prefix + length] },
    }),
  };
}

/** From tokens at `[count, places]` to vectors at `[count, heads, places]`. */
function byHead(places: Int32Array, count: number, heads: number, tokens: number): Int32Array {
  const width = places.length / count;
  const result = new Int32Array(places.length * heads);
  let index = 0;
  for (let each = 0; each < count; each++) {
    for (let head = 0; head < heads; head++) {
      for (let place = 0; place < width; place++) result[index++] = head * tokens + (places[each * width + place] as number);
    }
  }
  return result;
}

/** From tokens back to places, for vectors at `[prompts, heads, prefix]` and behind those at `[rows, heads, length]`. */
function placesByHead({ packed, promptTokens, ownTokens }: PackedRun, heads: number): Int32Array {
  const { tokens, prompts, prefix, rows, length } = packed;
  const unknown = -1;
  const result = new Int32Array(heads * tokens).fill(unknown);
  const fill = (places: Int32Array, count: number, width: number, base: number): void => {
    for (let each = 0; each < count; each++) {
      for (let head = 0; head < heads; head++) {
        for (let place = 0; place < width; place++) {
          result[head * tokens + (places[each * width + place] as number)] = base + (each * heads + head) * width + place;
        }
      }
    }
  };
  fill(promptTokens, prompts, prefix, 0);
  fill(ownTokens, rows, length, prompts * heads * prefix);
  // the padding tokens before the last one, which is the one that free places name
  for (let head = 0; head < heads; head++) {
    const last = (head + 1) * tokens - 1;
    for (let token = last - 1; token >= head * tokens && result[token] === unknown; token--) result[token] = result[last] as number;
  }
  return result;
}

/**
 * Attention of every token to the earlier ones of its row: a prompt's tokens see the prompt, a row's own tokens that and themselves.
 *
 * Places without a token hold vectors of a padding token. Nothing that counts sees them, so what flows back there is zero.
 */
export function packedAttention(decoder: Decoder, heads: Heads, shape: PackedShape, layout: PackedLayout): Tensor {
  const { config } = decoder;
  const { prompts, prefix, rows, length } = shape;
  const { query, key, value } = heads;
  const keyHeads = config.keyValueHeads;
  const size = config.headDimension;
  const scale = 1 / Math.sqrt(size);
  const flat = (tensor: Tensor): Tensor => reshape(tensor, [-1, size]);
  const grouped = (vectors: Tensor, count: number, width: number): Tensor => reshape(vectors, [count, keyHeads, -1, width, size]);
  const keyed = (vectors: Tensor, count: number, width: number): Tensor => reshape(vectors, [count, keyHeads, width, size]);

  const ownQuery = grouped(gatherRows(flat(query), layout.ownQueries), rows, length);
  const [seenKey, seenValue] = [key, value].map((each) => keyed(gatherRows(flat(each), layout.seenKeys), rows, prefix + length)) as [
    Tensor,
    Tensor,
  ];
  const options = { scale, prefix, batches: shape.rowsOfBlocks, ...(layout.mask && { mask: layout.mask }) };
  const ownContext = causalAttention(ownQuery, seenKey, seenValue, options);
  const own = { context: ownContext, inputs: [ownQuery, seenKey, seenValue], places: layout.ownQueries };

  const { promptQueries, promptKeys, rowsOfPrompts } = layout;
  if (promptQueries === undefined || promptKeys === undefined || rowsOfPrompts === undefined) {
    const context = gatherRows(flat(ownContext), layout.queryPlaces);
    return decoder.graph.withDerivative(reshape(context, query.shape), {
      inputs: [query, key, value],
      pull: (gradient) => {
        const [ofQuery, ofKey, ofValue] = differentiate(own, flat(gradient)) as [Tensor, Tensor, Tensor];
        const back = (part: Tensor, places: Tensor, like: Tensor): Tensor => reshape(gatherRows(flat(part), places), like.shape);
        return [back(ofQuery, layout.queryPlaces, query), back(ofKey, layout.keyPlaces, key), back(ofValue, layout.keyPlaces, value)];
      },
    });
  }
  const promptQuery = grouped(gatherRows(flat(query), promptQueries), prompts, prefix);
  const [promptKey, promptValue] = [key, value].map((each) => keyed(gatherRows(flat(each), promptKeys), prompts, prefix)) as [
    Tensor,
    Tensor,
  ];
  const promptContext = causalAttention(promptQuery, promptKey, promptValue, { scale });
  const prompt = { context: promptContext, inputs: [promptQuery, promptKey, promptValue], places: promptQueries };
  const context = gatherRows(concat([flat(promptContext), flat(ownContext)], 0), layout.queryPlaces);
  return decoder.graph.withDerivative(reshape(context, query.shape), {
    inputs: [query, key, value],
    pull: (gradient) => {
      const [ownOfQuery, ...ofSeen] = differentiate(own, flat(gradient)) as [Tensor, Tensor, Tensor];
      const [promptOfQuery, ...ofPrompt] = differentiate(prompt, flat(gradient)) as [Tensor, Tensor, Tensor];
      const back = (first: Tensor, second: Tensor, places: Tensor, like: Tensor): Tensor =>
        reshape(gatherRows(concat([flat(first), flat(second)], 0), places), like.shape);
      const ofKeys = [key, value].map((like, index) => {
        const seen = ofSeen[index] as Tensor;
        const byRow = reshape(slice(seen, 2, 0, prefix), [rows, -1]);
        const ofRows = reshape(matmul(rowsOfPrompts, byRow), [prompts, keyHeads, prefix, size]);
        const whole = add(ofPrompt[index] as Tensor, ofRows);
        return back(whole, slice(seen, 2, prefix, prefix + length), layout.keyPlaces, like);
      });
      return [back(promptOfQuery, ownOfQuery, layout.queryPlaces, query), ...ofKeys];
    },
  });
}

/** One attention of those that make up a run. */
interface Attention {
  readonly context: Tensor;
  readonly inputs: readonly Tensor[];
  /** Where its places are among the vectors. */
  readonly places: Tensor;
}

function differentiate({ context, inputs, places }: Attention, gradient: Tensor): Tensor[] {
  return gradients([{ output: context, gradient: reshape(gatherRows(gradient, places), context.shape) }], inputs);
}
