import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import type { Loss, LossRow, Runtime, TensorValue, Tokenizer, TrainingRow } from "@bridge-rl/spec";
import { Graph, gatherRows, type Tensor } from "@bridge-rl/tensor";
import { causalAttention, declareDecoder, decoderLayer, embedTokens, headLogits } from "../../src/decoder.js";
import type { DecoderConfig } from "../../src/decoder-config.js";
import { decoderParameters } from "../../src/decoder-parameters.js";
import { LocalPolicy } from "../../src/local-policy.js";
import { LocalSampler } from "../../src/local-sampler.js";
import { loadModelFolder, type ModelFolder, saveModelFolder } from "../../src/model-folder.js";
import { rotaryFrequencies, rotaryTables } from "../../src/rotary-frequencies.js";
import { groupLoss, supervisedLoss } from "./oracle-losses.js";

interface Probes {
  readonly l2: number;
  readonly values: number[];
}

interface GroupSetting {
  readonly temperature: number;
  readonly reduction: string;
  readonly eps: number;
  readonly beta: number;
  readonly advantages: number[];
  readonly old_logp: number[][];
  readonly ref_logp: number[][];
  readonly loss: number;
  readonly grad_global_l2: number;
  readonly grads: Record<string, Probes>;
}

interface AdamWTrace {
  readonly hyperparameters: { lr: number; beta1: number; beta2: number; eps: number; weight_decay: number; max_grad_norm: number };
  readonly losses: number[];
  /** What float32 makes of them, where the oracle's maker tried. */
  readonly losses_f32?: number[];
  readonly grad_norms_before_clip: number[];
  readonly params: Record<string, { delta_l2: number; values: number[] }>;
}

/** `oracle.json` of a model folder; test/fixtures/README.md says what each field is. */
export interface ModelOracle {
  readonly tensors: Record<string, { shape: number[]; l2: number; sum: number }>;
  readonly parameter_count: number;
  readonly rope: { inv_freq: number[]; positions: number[]; cos: number[][]; sin: number[][] };
  readonly sequences: { input_ids: number[]; prompt_len: number; completion_mask: number[] }[];
  readonly forward: {
    logits: { sequence: number; position: number; f64: number[] }[];
    hidden_states: { sequence: number; position: number; labels: string[]; f64: number[][] };
    token_logps: { sequence: number; temperature: number; f64: number[] }[];
    token_entropy: { sequence: number; f64: number[] }[];
    long: { input_ids: number[]; tail: number; token_logps_tail_f64: number[]; last_logits_f64: number[] };
  };
  readonly probe_indices: Record<string, number[]>;
  readonly sft: { loss: number; grad_global_l2: number; grads: Record<string, Probes> };
  readonly grpo: Record<string, GroupSetting>;
  readonly adamw: AdamWTrace;
  readonly adamw_alt: AdamWTrace;
  readonly greedy: { prompt: number[]; tokens: number[]; logps: number[] }[];
}

/** The largest difference that one check found, next to what it allows. */
export interface ModelCheck {
  readonly name: string;
  readonly worst: number;
  readonly tolerance: number;
  /** Where the largest difference was. */
  readonly where: string;
}

/** Keeps the largest difference. A NaN counts as infinitely large. */
export class Worst {
  worst = 0;
  where = "";

  see(found: number | undefined, expected: number, where: string, scale = 1): void {
    const difference = Math.abs((found ?? Number.NaN) - expected) / scale;
    if (difference <= this.worst) return;
    this.worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
    this.where = where;
  }

  seeAll(found: ArrayLike<number> | undefined, expected: readonly number[], where: string): void {
    if (found?.length !== expected.length) this.see(undefined, 0, `${where}: ${found?.length ?? "no"} values for ${expected.length}`);
    for (const [index, value] of expected.entries()) this.see(found?.[index], value, `${where}[${index}]`);
  }

  as(name: string, tolerance: number): ModelCheck {
    return { name, tolerance, worst: this.worst, where: this.where };
  }
}

/**
 * Compares a model folder with the `oracle.json` in it: everything that the fixtures' README names, through what users call (the loader,
 * `LocalPolicy`, `LocalSampler`), with the README's tolerances for float32.
 */
export async function checkModelFolder(folder: string, runtime: Runtime<Graph> = createOnnxRuntime()): Promise<ModelCheck[]> {
  const oracle = JSON.parse(readFileSync(join(folder, "oracle.json"), "utf8")) as ModelOracle;
  const model = await loadModelFolder(folder);
  const { config, weights } = model;
  const policy = (): LocalPolicy => new LocalPolicy(config, weights, { runtime });
  return [
    checkTensors(model, oracle),
    checkRotary(config, oracle),
    ...(await checkForward(model, oracle, runtime)),
    await checkLogProbabilities(policy(), oracle),
    await checkEntropies(policy(), oracle),
    await checkLongLogProbabilities(policy(), oracle),
    ...(await checkGradient("SFT", policy(), oracle, supervisedLoss(masksOf(oracle)), oracle.sft, 1)),
    ...(await checkGroups(policy, oracle)),
    ...(await checkAdamW("AdamW", policy(), oracle, oracle.adamw, weights)),
    ...(await checkAdamW("AdamW, other settings", policy(), oracle, oracle.adamw_alt, weights)),
    ...(await checkLayerByLayer(() => new LocalPolicy(config, weights, { runtime, activationCheckpointing: true }), oracle)),
    ...(await checkGreedy(policy(), config, oracle, runtime)),
    await checkRoundTrip(folder, model),
  ];
}

/** The same by the programs of large models, which compute one layer at a time and compute it again for the backward pass. */
async function checkLayerByLayer(policy: () => LocalPolicy, oracle: ModelOracle): Promise<ModelCheck[]> {
  const loss = supervisedLoss(masksOf(oracle));
  const checks = [await checkLogProbabilities(policy(), oracle), ...(await checkGradient("SFT", policy(), oracle, loss, oracle.sft, 1))];
  return checks.map((check) => ({ ...check, name: `${check.name}, layer by layer` }));
}

function rowsOf({ sequences }: ModelOracle): TrainingRow[] {
  return sequences.map(({ input_ids: ids, prompt_len: length }) => ({
    promptIds: Int32Array.from(ids.slice(0, length)),
    completionIds: Int32Array.from(ids.slice(length)),
  }));
}

function masksOf({ sequences }: ModelOracle): number[][] {
  return sequences.map(({ completion_mask: mask, prompt_len: length }) => mask.slice(length));
}

function checkTensors({ config, weights }: ModelFolder, oracle: ModelOracle): ModelCheck {
  const worst = new Worst();
  const shapes = new Map(decoderParameters(config).map(({ name, shape }) => [name, shape]));
  worst.see(weights.size, Object.keys(oracle.tensors).length, "number of tensors");
  worst.see(
    [...weights.values()].reduce((total, { length }) => total + length, 0),
    oracle.parameter_count,
    "parameter count",
  );
  for (const [name, { shape, l2, sum }] of Object.entries(oracle.tensors)) {
    worst.see(Number(shapes.get(name)?.join() === shape.join()), 1, `shape of ${name}`);
    const data = weights.get(name) ?? new Float32Array(0);
    // a sum of n values carries their rounding in proportion to the norm and √n
    const size = Math.max(1, l2 * Math.sqrt(data.length));
    worst.see(normOf(data), l2, `norm of ${name}`, size);
    worst.see(
      data.reduce((total, value) => total + value, 0),
      sum,
      `sum of ${name}`,
      size,
    );
  }
  return worst.as("tensors (relative)", 1e-9);
}

function checkRotary(config: DecoderConfig, { rope }: ModelOracle): ModelCheck {
  const worst = new Worst();
  worst.seeAll(rotaryFrequencies(config), rope.inv_freq, "frequencies");
  const half = config.headDimension / 2;
  const { cosine, sine } = rotaryTables(config, Math.max(...rope.positions) + 1);
  for (const [index, position] of rope.positions.entries()) {
    for (const [name, table, expected] of [
      ["cos", cosine, rope.cos],
      ["sin", sine, rope.sin],
    ] as const) {
      const row = table.subarray(position * half, (position + 1) * half);
      // the files repeat the half
      worst.seeAll([...row, ...row], expected[index] ?? [], `${name} of position ${position}`);
    }
  }
  return worst.as("rotary tables", 1e-9);
}

async function checkForward(model: ModelFolder, { sequences, forward }: ModelOracle, runtime: Runtime<Graph>): Promise<ModelCheck[]> {
  const logits = new Worst();
  const hidden = new Worst();
  const long = new Worst();
  for (const [sequence, { input_ids: ids }] of sequences.entries()) {
    const states = forward.hidden_states;
    const wanted = forward.logits.filter((each) => each.sequence === sequence);
    const positions = wanted.map(({ position }) => position);
    const ownStates = states.sequence === sequence;
    const found = await runForward(model, ids, [...positions, ...(ownStates ? [states.position] : [])], runtime);
    for (const [index, { position, f64 }] of wanted.entries()) {
      logits.seeAll(rowOf(found.logits, index, model.config.vocabularySize), f64, `sequence ${sequence}, position ${position}`);
    }
    if (!ownStates) continue;
    for (const [stage, expected] of states.f64.entries()) {
      const row = rowOf(found.stages[stage], positions.length, model.config.hiddenSize);
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      for (const [index, value] of expected.entries()) hidden.see(row?.[index], value, `${states.labels[stage]}[${index}]`, largest);
    }
  }
  const { input_ids: ids, last_logits_f64: expected } = forward.long;
  const last = await runForward(model, ids, [ids.length - 1], runtime);
  long.seeAll(last.logits.data as Float32Array, expected, "last position");
  return [logits.as("logits", 2e-5), hidden.as("hidden states (of the row's largest)", 2e-5), long.as("logits of 700 tokens", 3e-4)];
}

/** The residual stream after each stage, and logits, at some positions of one sequence. */
async function runForward(
  { config, weights }: ModelFolder,
  ids: readonly number[],
  rows: readonly number[],
  runtime: Runtime<Graph>,
): Promise<{ logits: TensorValue; stages: TensorValue[] }> {
  const graph = new Graph();
  const decoder = declareDecoder(graph, config, { positions: ids.length });
  const tokenIds = graph.input("tokenIds", [ids.length], "int32");
  const wanted = graph.input("rows", [rows.length], "int32");
  const order = BigInt64Array.from(ids, (_, index) => BigInt(index));
  const positions = graph.constant(order, [1, ids.length], "int64");
  let hidden = embedTokens(decoder, tokenIds);
  const at = (stage: number, tensor: Tensor): void => graph.output(`stage ${stage}`, gatherRows(tensor, wanted));
  at(0, hidden);
  for (let layer = 0; layer < config.layers; layer++) {
    hidden = decoderLayer(decoder, layer, hidden, { positions, attend: (heads) => causalAttention(decoder, heads) });
    at(layer + 1, hidden);
  }
  const logits = headLogits(decoder, gatherRows(hidden, wanted), (normed) => {
    graph.output(`stage ${config.layers + 1}`, normed);
    return normed;
  });
  graph.output("logits", logits);
  const program = await runtime.compile(graph);
  const feeds = decoderParameters(config).map(({ name, shape }) => [name, { data: weights.get(name) as Float32Array, shape }] as const);
  const outputs = program.run({
    ...Object.fromEntries(feeds),
    tokenIds: { data: Int32Array.from(ids), shape: [ids.length] },
    rows: { data: Int32Array.from(rows), shape: [rows.length] },
  });
  program.dispose();
  const stages = Array.from({ length: config.layers + 2 }, (_, stage) => outputs[`stage ${stage}`] as TensorValue);
  return { logits: outputs.logits as TensorValue, stages };
}

function rowOf(value: TensorValue | undefined, row: number, width: number): Float32Array | undefined {
  return (value?.data as Float32Array | undefined)?.subarray(row * width, (row + 1) * width);
}

async function checkLogProbabilities(policy: LocalPolicy, { sequences, forward }: ModelOracle): Promise<ModelCheck> {
  const worst = new Worst();
  for (const temperature of new Set(forward.token_logps.map((each) => each.temperature))) {
    // all at once, so rows are padded
    const batch = sequences.map(({ input_ids: ids }) => rowAfterFirst(ids));
    const rows = await policy.logProbabilities(batch, { temperature });
    for (const { sequence, temperature: own, f64 } of forward.token_logps) {
      if (own === temperature)
        worst.seeAll(rows[sequence]?.logProbabilities, f64, `sequence ${sequence} at temperature ${temperature}, token`);
    }
  }
  await policy.dispose();
  return worst.as("log-probabilities", 3e-5);
}

async function checkEntropies(policy: LocalPolicy, { sequences, forward }: ModelOracle): Promise<ModelCheck> {
  const worst = new Worst();
  const rows = await policy.logProbabilities(
    sequences.map(({ input_ids: ids }) => rowAfterFirst(ids)),
    { entropies: true },
  );
  for (const { sequence, f64 } of forward.token_entropy) worst.seeAll(rows[sequence]?.entropies, f64, `sequence ${sequence}, token`);
  await policy.dispose();
  return worst.as("entropies", 3e-5);
}

async function checkLongLogProbabilities(policy: LocalPolicy, { forward }: ModelOracle): Promise<ModelCheck> {
  const worst = new Worst();
  const { input_ids: ids, tail, token_logps_tail_f64: expected } = forward.long;
  const row = { promptIds: Int32Array.from(ids.slice(0, -tail)), completionIds: Int32Array.from(ids.slice(-tail)) };
  const [found] = await policy.logProbabilities([row]);
  worst.seeAll(found?.logProbabilities, expected, "token");
  await policy.dispose();
  return worst.as("log-probabilities of 700 tokens", 3e-4);
}

async function checkGroups(policy: () => LocalPolicy, oracle: ModelOracle): Promise<ModelCheck[]> {
  const checks: ModelCheck[] = [];
  for (const [name, setting] of Object.entries(oracle.grpo)) {
    const loss = groupLoss(masksOf(oracle), setting);
    checks.push(...(await checkGradient(`GRPO ${name}`, policy(), oracle, loss, setting, setting.temperature)));
  }
  return checks;
}

async function checkGradient(
  name: string,
  policy: LocalPolicy,
  oracle: ModelOracle,
  loss: Loss,
  expected: { loss: number; grad_global_l2: number; grads: Record<string, Probes> },
  temperature: number,
): Promise<ModelCheck[]> {
  const losses = new Worst();
  const gradients = new Worst();
  const result = await policy.forwardBackward(rowsOf(oracle), loss, { temperature });
  losses.see(result.loss, expected.loss, "loss");
  let squares = 0;
  for (const [tensor, { l2, values }] of Object.entries(expected.grads)) {
    const data = (policy.gradient.get(tensor)?.data ?? new Float32Array(0)) as Float32Array;
    const largest = largestOf(data);
    const norm = normOf(data);
    squares += norm * norm;
    gradients.see(norm, l2, `norm of ${tensor}`, l2);
    for (const [probe, value] of values.entries()) {
      const index = oracle.probe_indices[tensor]?.[probe] ?? -1;
      gradients.see(data[index], value, `${tensor}[${index}]`, largest);
    }
  }
  gradients.see(Math.sqrt(squares), expected.grad_global_l2, "norm of all", expected.grad_global_l2);
  await policy.dispose();
  return [losses.as(`loss of ${name}`, 1e-5), gradients.as(`gradients of ${name} (of the tensor's largest)`, 1e-4)];
}

async function checkAdamW(
  name: string,
  policy: LocalPolicy,
  oracle: ModelOracle,
  trace: AdamWTrace,
  start: ReadonlyMap<string, Float32Array>,
): Promise<ModelCheck[]> {
  const losses = new Worst();
  const values = new Worst();
  const { hyperparameters: setting } = trace;
  const loss = supervisedLoss(masksOf(oracle));
  let largest = new Map<string, number>();
  for (const [step, norm] of trace.grad_norms_before_clip.entries()) {
    const { loss: found } = await policy.forwardBackward(rowsOf(oracle), loss);
    losses.see(found, trace.losses[step] ?? Number.NaN, `loss before step ${step + 1}`, lossScale(trace, step));
    if (step === 0) largest = new Map([...policy.gradient].map(([tensor, { data }]) => [tensor, largestOf(data as Float32Array)]));
    const { gradientNorm } = await policy.optimizerStep({
      learningRate: setting.lr,
      beta1: setting.beta1,
      beta2: setting.beta2,
      epsilon: setting.eps,
      weightDecay: setting.weight_decay,
      maxGradientNorm: setting.max_grad_norm,
    });
    // a gradient's tolerance is 1e-4, a loss's 1e-5
    losses.see(gradientNorm, norm, `gradient norm of step ${step + 1}`, 10 * norm);
  }
  const scored = await policy.logProbabilities(rowsOf(oracle));
  const last = trace.losses.length - 1;
  losses.see(loss.evaluate(scored).loss, trace.losses[last] ?? Number.NaN, "loss after the last step", lossScale(trace, last));
  for (const [tensor, { values: expected, delta_l2: distance }] of Object.entries(trace.params)) {
    const data = (policy.weights.tensors.get(tensor)?.data ?? new Float32Array(0)) as Float32Array;
    const before = start.get(tensor);
    values.see(normOf(data.map((value, index) => value - (before?.[index] ?? 0))), distance, `way of ${tensor}`, 1000 * distance);
    for (const [probe, value] of expected.entries()) {
      const index = oracle.probe_indices[tensor]?.[probe] ?? -1;
      // AdamW's first steps go by the gradient's sign, which float32 doesn't know below a millionth of the tensor's largest gradient:
      // the biases of keys have such gradients, since a key that all positions share changes no probability
      const doubt = (1e-6 * (largest.get(tensor) ?? 0)) / Math.abs(oracle.sft.grads[tensor]?.values[probe] ?? 0);
      const allowed = 1e-5 + trace.grad_norms_before_clip.length * setting.lr * Math.min(2, doubt);
      values.see(data[index], value, `${tensor}[${index}]`, allowed / 1e-5);
    }
  }
  await policy.dispose();
  return [losses.as(`losses and norms of ${name}`, 1e-5), values.as(`weights after ${name}`, 1e-5)];
}

/**
 * What is allowed to a loss in units of 1e-5: more where the oracle's own float32 came close to that, since AdamW's first steps go by signs
 * of gradients that rounding decides.
 */
export function lossScale({ losses, losses_f32: rounded = [] }: Pick<AdamWTrace, "losses" | "losses_f32">, step: number): number {
  const [exact, found] = [losses[step], rounded[step]];
  return exact === undefined || found === undefined ? 1 : Math.max(1, (2 * Math.abs(found - exact)) / 1e-5);
}

/** The sampler's greedy tokens, their log-probabilities, and those that the trainer gives the same tokens. */
async function checkGreedy(
  policy: LocalPolicy,
  config: DecoderConfig,
  oracle: ModelOracle,
  runtime: Runtime<Graph>,
): Promise<ModelCheck[]> {
  const tokens = new Worst();
  const logProbabilities = new Worst();
  const agreement = new Worst();
  const sampler = new LocalSampler(() => policy.weights, { tokenizer: endlessTokenizer(config), runtime });
  const maxTokens = Math.max(...oracle.greedy.map((each) => each.tokens.length));
  const requests = oracle.greedy.map(({ prompt }, seed) => ({ promptIds: Int32Array.from(prompt), count: 1, seed }));
  const rollouts = await sampler.sample(requests, { temperature: 0, maxTokens });
  const scored: LossRow[] = await policy.logProbabilities(rollouts);
  for (const [index, { tokens: expected, logps }] of oracle.greedy.entries()) {
    const rollout = rollouts[index];
    tokens.seeAll(rollout?.completionIds, expected, `sequence ${index}, token`);
    logProbabilities.seeAll(rollout?.logProbabilities, logps, `sequence ${index}, token`);
    agreement.seeAll(scored[index]?.logProbabilities, [...(rollout?.logProbabilities ?? [])], `sequence ${index}, token`);
  }
  sampler.dispose();
  await policy.dispose();
  return [
    tokens.as("greedy tokens", 0),
    logProbabilities.as("log-probabilities of greedy tokens", 3e-5),
    agreement.as("sampler against trainer", 1e-5),
  ];
}

/** Saved and loaded again: the same tensors to the bit, the same config, and the same bytes when what was saved is loaded and saved once more. */
async function checkRoundTrip(folder: string, model: ModelFolder): Promise<ModelCheck> {
  const worst = new Worst();
  const directory = await mkdtemp(join(tmpdir(), "bridge-model-"));
  const [copy, second] = [join(directory, "copy"), join(directory, "second")];
  const same = (one: Uint8Array | undefined, other: Uint8Array | undefined, where: string): void => {
    worst.see(Number(one !== undefined && other !== undefined && Buffer.compare(one, other) === 0), 1, where);
  };
  try {
    await saveModelFolder(copy, model);
    const again = await loadModelFolder(copy);
    await saveModelFolder(second, again);
    for (const [name, data] of model.weights) {
      same(bytesOf(data), bytesOf(again.weights.get(name) ?? new Float32Array(0)), `bits of ${name}`);
      worst.see(Number(again.source?.types.get(name) === model.source?.types.get(name)), 1, `type of ${name}`);
    }
    same(await readFile(join(folder, "config.json")), await readFile(join(copy, "config.json")), "bytes of config.json");
    for (const name of await readdir(copy)) {
      same(await readFile(join(copy, name)), await readFile(join(second, name)), `bytes of ${name}, saved twice`);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return worst.as("saved and loaded again", 0);
}

/** Ids are arbitrary here, so nothing is decoded, and no end of sequence ends anything. */
function endlessTokenizer({ vocabularySize }: DecoderConfig): Tokenizer {
  return {
    vocabularySize,
    endOfSequenceId: -1,
    padId: 0,
    encode: () => new Int32Array(0),
    decode: () => "",
    encodeWithOffsets: () => ({ ids: new Int32Array(0), offsets: new Int32Array(1) }),
  };
}

function rowAfterFirst(ids: readonly number[]): TrainingRow {
  return { promptIds: Int32Array.from(ids.slice(0, 1)), completionIds: Int32Array.from(ids.slice(1)) };
}

function largestOf(data: Float32Array): number {
  return data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function normOf(data: Float32Array): number {
  return Math.sqrt(data.reduce((total, value) => total + value * value, 0));
}

function bytesOf(data: Float32Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
