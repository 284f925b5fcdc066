import type { DecoderConfig } from "../../src/decoder-config.js";

type Vector = number[];

/** One position after the other, one head after the other, in float64: slow and obvious, to compare the graphs with. */
export function referenceLogits(config: DecoderConfig, weights: ReadonlyMap<string, Float32Array>, tokenIds: readonly number[]): Vector[] {
  const { hiddenSize, headDimension, heads, keyValueHeads, normEpsilon } = config;
  const read = (name: string): Float32Array => {
    const found = weights.get(name);
    if (found === undefined) throw new Error(`no weight ${name}`);
    return found;
  };
  const linear = (name: string, input: Vector): Vector => {
    const matrix = read(`${name}.weight`);
    const bias = weights.get(`${name}.bias`);
    const size = matrix.length / input.length;
    return Array.from({ length: size }, (_, row) =>
      input.reduce((total, value, column) => total + value * (matrix[row * input.length + column] ?? 0), bias?.[row] ?? 0),
    );
  };
  const norm = (name: string, input: Vector): Vector => {
    const weight = read(`${name}.weight`);
    const meanSquare = input.reduce((total, value) => total + value * value, 0) / input.length;
    return input.map((value, index) => (value / Math.sqrt(meanSquare + normEpsilon)) * (weight[index] ?? 0));
  };
  /** The pair (x_j, x_{j + d/2}) as a complex number, multiplied by e^{i·position·θ^(−2j/d)}. */
  const rotate = (head: Vector, position: number): Vector => {
    const half = headDimension / 2;
    return head.map((_, index) => {
      const pair = index % half;
      const angle = position / config.ropeTheta ** (pair / half);
      const [real, imaginary] = [head[pair] ?? 0, head[pair + half] ?? 0];
      return index < half ? real * Math.cos(angle) - imaginary * Math.sin(angle) : real * Math.sin(angle) + imaginary * Math.cos(angle);
    });
  };
  const split = (states: Vector): Vector[] =>
    Array.from({ length: states.length / headDimension }, (_, head) => states.slice(head * headDimension, (head + 1) * headDimension));
  const dot = (left: Vector, right: Vector): number => left.reduce((total, value, index) => total + value * (right[index] ?? 0), 0);
  const sum = (left: Vector, right: Vector): Vector => left.map((value, index) => value + (right[index] ?? 0));

  const table = read("model.embed_tokens.weight");
  let hidden = tokenIds.map((id) => [...table.subarray(id * hiddenSize, (id + 1) * hiddenSize)]);
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    const attention = `${prefix}.self_attn`;
    const inputs = hidden.map((states) => norm(`${prefix}.input_layernorm`, states));
    const normed = (name: string, head: Vector): Vector => (config.queryKeyNorm ? norm(`${attention}.${name}`, head) : head);
    const queries = inputs.map((states, position) =>
      split(linear(`${attention}.q_proj`, states)).map((head) => rotate(normed("q_norm", head), position)),
    );
    const keys = inputs.map((states, position) =>
      split(linear(`${attention}.k_proj`, states)).map((head) => rotate(normed("k_norm", head), position)),
    );
    const values = inputs.map((states) => split(linear(`${attention}.v_proj`, states)));
    hidden = hidden.map((states, position) => {
      const context = Array.from({ length: heads }, (_, head) => {
        const shared = Math.floor(head / (heads / keyValueHeads));
        const query = queries[position]?.[head] ?? [];
        const scores = keys.slice(0, position + 1).map((key) => Math.exp(dot(query, key[shared] ?? []) / Math.sqrt(headDimension)));
        const total = scores.reduce((all, score) => all + score, 0);
        return query.map((_, index) => scores.reduce((all, score, at) => all + (score / total) * (values[at]?.[shared]?.[index] ?? 0), 0));
      }).flat();
      const attended = sum(states, linear(`${attention}.o_proj`, context));
      const between = norm(`${prefix}.post_attention_layernorm`, attended);
      const up = linear(`${prefix}.mlp.up_proj`, between);
      const gated = linear(`${prefix}.mlp.gate_proj`, between).map((gate, index) => (gate / (1 + Math.exp(-gate))) * (up[index] ?? 0));
      return sum(attended, linear(`${prefix}.mlp.down_proj`, gated));
    });
  }
  return hidden.map((states) => {
    const last = norm("model.norm", states);
    return config.tieEmbeddings ? linear("model.embed_tokens", last) : linear("lm_head", last);
  });
}
