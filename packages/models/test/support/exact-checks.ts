import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createReferenceRuntime } from "@bridge-rl/runtime-reference";
import type { Runtime, TensorData, TensorValue, TrainingRow } from "@bridge-rl/spec";
import { Graph } from "@bridge-rl/tensor";
import { causalAttention, declareDecoder, decoderLayer, embedTokens, headLogits } from "../../src/decoder.js";
import type { DecoderConfig } from "../../src/decoder-config.js";
import { decoderParameters } from "../../src/decoder-parameters.js";
import { type AdamWScalars, adamWGraph, adamWScalars } from "../../src/internal/device/optimizer-graphs.js";
import { type MicroBatch, planMicroBatches } from "../../src/internal/policy/micro-batches.js";
import { differentiated, embeddedGradient, embeddingName, gradientName, policyGraph } from "../../src/internal/policy/programs.js";
import { loadModelFolder } from "../../src/model-folder.js";
import { type ModelCheck, type ModelOracle, Worst } from "./model-checks.js";

type Weights = ReadonlyMap<string, Float64Array>;

/** What float64 leaves of a difference, relative to the largest value it is compared with. */
const exact = 1e-9;

/**
 * Compares a model folder's `oracle.json` with the same graphs that training runs, in float64 on the reference runtime: forward, gradients of
 * SFT and of every GRPO loss, and both AdamW traces by the graph that devices run.
 *
 * @param long  whether the 700 tokens are checked too, which takes seconds
 */
export async function checkModelFolderExactly(folder: string, { long = true }: { readonly long?: boolean } = {}): Promise<ModelCheck[]> {
  const oracle = JSON.parse(readFileSync(join(folder, "oracle.json"), "utf8")) as ModelOracle;
  const { config, weights } = await loadModelFolder(folder);
  const model = new ExactModel(config, new Map([...weights].map(([name, data]) => [name, Float64Array.from(data)])));
  return [
    ...(await checkLogits(model, oracle, long)),
    await checkGreedyTokens(model, oracle),
    ...(await checkSupervised(model, oracle)),
    ...(await checkGroups(model, oracle)),
    ...(await checkAdamW(model, oracle, "adamw")),
    ...(await checkAdamW(model, oracle, "adamw_alt")),
  ];
}

interface Gradients {
  readonly logProbabilities: Float64Array[];
  readonly tensors: Map<string, Float64Array>;
}

/** A decoder in float64, run by the interpreter. */
class ExactModel {
  readonly config: DecoderConfig;
  readonly runtime: Runtime<Graph> = createReferenceRuntime();
  weights: Weights;

  constructor(config: DecoderConfig, weights: Weights) {
    this.config = config;
    this.weights = weights;
  }

  /** Logits of every position, `[tokens · vocabulary]`. */
  async logits(ids: readonly number[]): Promise<Float64Array> {
    const graph = new Graph();
    const decoder = declareDecoder(graph, this.config, { positions: ids.length, dataType: "float64" });
    const order = BigInt64Array.from(ids, (_, index) => BigInt(index));
    const positions = graph.constant(order, [1, ids.length], "int64");
    let hidden = embedTokens(decoder, graph.input("tokenIds", [ids.length], "int32"));
    for (let layer = 0; layer < this.config.layers; layer++) {
      hidden = decoderLayer(decoder, layer, hidden, { positions, attend: (heads) => causalAttention(decoder, heads) });
    }
    graph.output("logits", headLogits(decoder, hidden));
    const { logits } = await this.#run(graph, { tokenIds: flat(Int32Array.from(ids)) });
    return doubles(logits);
  }

  /** The graph that `LocalPolicy` trains with, for derivatives that may depend on the log-probabilities. */
  async gradients(
    batch: readonly TrainingRow[],
    temperature: number,
    derivative: readonly (readonly number[])[] | ((logProbabilities: readonly Float64Array[]) => readonly (readonly number[])[]),
  ): Promise<Gradients> {
    // a run is filled up to its limit with rows of padding
    const longest = Math.max(...batch.map(({ promptIds, completionIds }) => promptIds.length + completionIds.length));
    const [run, ...others] = planMicroBatches(batch, [...batch.keys()], this.config, batch.length * (longest + 16));
    if (run === undefined || others.length > 0) throw new Error("the sequences of an oracle fit one run");
    const graph = policyGraph(this.config, "gradient", run.shape, "float64");
    const feeds = (weights: Float64Array): Record<string, TensorValue> => ({
      tokenIds: flat(run.tokenIds),
      sources: flat(run.sources),
      targetIds: flat(run.targetIds),
      targetOf: flat(run.targetOf),
      inverseTemperature: { data: Float64Array.of(1 / temperature), shape: [] },
      weights: flat(weights),
    });
    const logProbabilities = (results: Readonly<Record<string, TensorValue>>): Float64Array[] =>
      rowsOf(run, doubles(results.logProbabilities), batch.length);
    const weights = new Float64Array(run.shape.targets);
    const rows = typeof derivative === "function" ? derivative(logProbabilities(await this.#run(graph, feeds(weights)))) : derivative;
    for (const { row, start } of run.parts) weights.set(rows[row] ?? [], start);
    const results = await this.#run(graph, feeds(weights));
    return { logProbabilities: logProbabilities(results), tensors: this.#collect(run, results) };
  }

  #collect(run: MicroBatch, results: Readonly<Record<string, TensorValue>>): Map<string, Float64Array> {
    const declarations = decoderParameters(this.config);
    const names = differentiated(
      this.config,
      declarations.map(({ name }) => name),
    );
    const tensors = new Map<string, Float64Array>(
      declarations.map(({ name }) => [name, new Float64Array(this.weights.get(name)?.length ?? 0)]),
    );
    for (const name of names) tensors.set(name, doubles(results[gradientName(name)]));
    const embedding = tensors.get(embeddingName) as Float64Array;
    const width = this.config.hiddenSize;
    doubles(results[embeddedGradient]).forEach((value, index) => {
      const at = (run.tokenIds[Math.floor(index / width)] ?? 0) * width + (index % width);
      embedding[at] = (embedding[at] ?? 0) + value;
    });
    return tensors;
  }

  /** One step of AdamW with clipping to a global norm, which it returns. */
  async step(
    gradients: ReadonlyMap<string, Float64Array>,
    number: number,
    setting: ModelOracle["adamw"]["hyperparameters"],
  ): Promise<number> {
    const norm = Math.sqrt([...gradients.values()].reduce((total, each) => total + squares(each), 0));
    const next = new Map<string, Float64Array>();
    for (const { name, shape } of decoderParameters(this.config)) {
      const scalars = adamWScalars({
        learningRate: setting.lr,
        gradientScale: Math.min(1, setting.max_grad_norm / (norm + 1e-6)),
        beta1: setting.beta1,
        beta2: setting.beta2,
        epsilon: setting.eps,
        weightDecay: shape.length >= 2 ? setting.weight_decay : 0,
        step: number,
      });
      const program = await this.runtime.compile(adamWGraph(shape, "float64"));
      const value = (data: Float64Array | undefined): TensorValue => ({
        data: data ?? new Float64Array(shape.reduce((a, b) => a * b, 1)),
        shape,
      });
      const results = program.run({
        parameter: value(this.weights.get(name)),
        gradient: value(gradients.get(name)),
        first: value(this.#first.get(name)),
        second: value(this.#second.get(name)),
        ...Object.fromEntries(
          Object.entries(scalars satisfies AdamWScalars).map(([key, each]) => [key, { data: Float64Array.of(each), shape: [] }]),
        ),
      });
      next.set(name, doubles(results["new parameter"]));
      this.#first.set(name, doubles(results["new first"]));
      this.#second.set(name, doubles(results["new second"]));
    }
    this.weights = next;
    return norm;
  }

  readonly #first = new Map<string, Float64Array>();
  readonly #second = new Map<string, Float64Array>();

  async #run(graph: Graph, feeds: Readonly<Record<string, TensorValue>>): Promise<Record<string, TensorValue>> {
    const program = await this.runtime.compile(graph);
    const parameters = decoderParameters(this.config).map(({ name, shape }) => [
      name,
      { data: this.weights.get(name) as Float64Array, shape },
    ]);
    return program.run({ ...Object.fromEntries(parameters), ...feeds });
  }
}

async function checkLogits(model: ExactModel, { sequences, forward }: ModelOracle, long: boolean): Promise<ModelCheck[]> {
  const logits = new Worst();
  const logProbabilities = new Worst();
  const entropies = new Worst();
  const size = model.config.vocabularySize;
  for (const [sequence, { input_ids: ids }] of sequences.entries()) {
    const found = await model.logits(ids);
    for (const { position, f64 } of forward.logits.filter((each) => each.sequence === sequence)) {
      logits.seeAll(found.subarray(position * size, (position + 1) * size), f64, `sequence ${sequence}, position ${position}`);
    }
    const row = (position: number, temperature: number): number[] =>
      logSoftmax(Array.from(found.subarray(position * size, (position + 1) * size), (value) => value / temperature));
    for (const { temperature, f64 } of forward.token_logps.filter((each) => each.sequence === sequence)) {
      logProbabilities.seeAll(
        ids.slice(1).map((id, position) => row(position, temperature)[id] ?? Number.NaN),
        f64,
        `sequence ${sequence} at temperature ${temperature}, token`,
      );
    }
    for (const { f64 } of forward.token_entropy.filter((each) => each.sequence === sequence)) {
      entropies.seeAll(
        ids.slice(1).map((_, position) => -row(position, 1).reduce((total, value) => total + Math.exp(value) * value, 0)),
        f64,
        `sequence ${sequence}, token`,
      );
    }
  }
  const checks = [
    logits.as("logits, float64", exact),
    logProbabilities.as("log-probabilities, float64", exact),
    entropies.as("entropies, float64", exact),
  ];
  if (!long) return checks;
  const last = new Worst();
  const { input_ids: ids, last_logits_f64: expected } = forward.long;
  last.seeAll((await model.logits(ids)).subarray((ids.length - 1) * size), expected, "last position");
  return [...checks, last.as("logits of 700 tokens, float64", exact)];
}

/** One pass over prompt and completion: at each place the oracle's token is the likeliest. */
async function checkGreedyTokens(model: ExactModel, { greedy }: ModelOracle): Promise<ModelCheck> {
  const worst = new Worst();
  const size = model.config.vocabularySize;
  for (const [index, { prompt, tokens, logps }] of greedy.entries()) {
    const found = await model.logits([...prompt, ...tokens.slice(0, -1)]);
    for (const [step, token] of tokens.entries()) {
      const row = [...found.subarray((prompt.length - 1 + step) * size, (prompt.length + step) * size)];
      worst.see(row.indexOf(Math.max(...row)), token, `sequence ${index}, token ${step}`);
      worst.see(logSoftmax(row)[token], logps[step] ?? Number.NaN, `sequence ${index}, log-probability ${step}`);
    }
  }
  return worst.as("greedy tokens and their log-probabilities, float64", exact);
}

async function checkSupervised(model: ExactModel, oracle: ModelOracle): Promise<ModelCheck[]> {
  const { loss, tensors } = await supervised(model, oracle);
  return compareGradients("SFT", oracle, { loss, tensors }, oracle.sft);
}

async function supervised(model: ExactModel, oracle: ModelOracle): Promise<{ loss: number; tensors: Map<string, Float64Array> }> {
  const masks = masksOf(oracle);
  const count = masks.flat().reduce((total, each) => total + each, 0);
  const weights = masks.map((mask) => mask.map((each) => -each / count));
  const { logProbabilities, tensors } = await model.gradients(trainingRows(oracle), 1, weights);
  const loss = weights.reduce(
    (total, row, index) => total + row.reduce((sum, weight, token) => sum + weight * (logProbabilities[index]?.[token] ?? 0), 0),
    0,
  );
  return { loss, tensors };
}

/** Clipped surrogate with k3 KL, as the fixtures' README writes it, and its derivative. */
async function checkGroups(model: ExactModel, oracle: ModelOracle): Promise<ModelCheck[]> {
  const masks = masksOf(oracle);
  const count = masks.flat().reduce((total, each) => total + each, 0);
  const checks: ModelCheck[] = [];
  for (const [name, setting] of Object.entries(oracle.grpo)) {
    let loss = 0;
    const { tensors } = await model.gradients(trainingRows(oracle), setting.temperature, (rows) =>
      masks.map((mask, row) => {
        const length = mask.reduce((total, each) => total + each, 0);
        const weight = setting.reduction === "token_mean" ? 1 / count : 1 / (length * masks.length);
        const advantage = setting.advantages[row] ?? 0;
        let position = 0;
        return mask.map((each, token) => {
          if (each === 0) return 0;
          const value = rows[row]?.[token] ?? Number.NaN;
          const ratio = Math.exp(value - (setting.old_logp[row]?.[position] ?? Number.NaN));
          const ahead = (setting.ref_logp[row]?.[position] ?? Number.NaN) - value;
          position++;
          const clipped = Math.min(Math.max(ratio, 1 - setting.eps), 1 + setting.eps);
          loss += weight * (-Math.min(ratio * advantage, clipped * advantage) + setting.beta * (Math.exp(ahead) - ahead - 1));
          const surrogate = ratio * advantage <= clipped * advantage ? -ratio * advantage : 0;
          return weight * (surrogate + setting.beta * (1 - Math.exp(ahead)));
        });
      }),
    );
    checks.push(...compareGradients(`GRPO ${name}`, oracle, { loss, tensors }, setting));
  }
  return checks;
}

function compareGradients(
  name: string,
  oracle: ModelOracle,
  found: { readonly loss: number; readonly tensors: ReadonlyMap<string, Float64Array> },
  expected: ModelOracle["sft"],
): ModelCheck[] {
  const losses = new Worst();
  const gradients = new Worst();
  losses.see(found.loss, expected.loss, "loss");
  for (const [tensor, { l2, values }] of Object.entries(expected.grads)) {
    const data = found.tensors.get(tensor) ?? new Float64Array(0);
    gradients.see(Math.sqrt(squares(data)), l2, `norm of ${tensor}`, l2);
    for (const [probe, value] of values.entries()) {
      const index = oracle.probe_indices[tensor]?.[probe] ?? -1;
      gradients.see(data[index], value, `${tensor}[${index}]`, l2);
    }
  }
  return [losses.as(`loss of ${name}, float64`, exact), gradients.as(`gradients of ${name}, float64 (of the tensor's norm)`, exact)];
}

async function checkAdamW(start: ExactModel, oracle: ModelOracle, which: "adamw" | "adamw_alt"): Promise<ModelCheck[]> {
  const model = new ExactModel(start.config, start.weights);
  const { hyperparameters: setting, losses: expected, grad_norms_before_clip: norms, params } = oracle[which];
  const losses = new Worst();
  const values = new Worst();
  for (const [step, norm] of norms.entries()) {
    const { loss, tensors } = await supervised(model, oracle);
    losses.see(loss, expected[step] ?? Number.NaN, `loss before step ${step + 1}`);
    losses.see(await model.step(tensors, step + 1, setting), norm, `gradient norm of step ${step + 1}`, norm);
  }
  losses.see((await supervised(model, oracle)).loss, expected.at(-1) ?? Number.NaN, "loss after the last step");
  for (const [tensor, { values: probes }] of Object.entries(params)) {
    for (const [probe, value] of probes.entries()) {
      const index = oracle.probe_indices[tensor]?.[probe] ?? -1;
      values.see(model.weights.get(tensor)?.[index], value, `${tensor}[${index}]`);
    }
  }
  return [losses.as(`losses and norms of ${which}, float64`, exact), values.as(`weights after ${which}, float64`, exact)];
}

function trainingRows({ sequences }: ModelOracle): TrainingRow[] {
  return sequences.map(({ input_ids: ids, prompt_len: length }) => ({
    promptIds: Int32Array.from(ids.slice(0, length)),
    completionIds: Int32Array.from(ids.slice(length)),
  }));
}

function masksOf({ sequences }: ModelOracle): number[][] {
  return sequences.map(({ completion_mask: mask, prompt_len: length }) => mask.slice(length));
}

function rowsOf(run: MicroBatch, values: Float64Array, count: number): Float64Array[] {
  const rows: Float64Array[] = Array.from({ length: count }, () => new Float64Array(0));
  for (const { row, start, length } of run.parts) rows[row] = values.subarray(start, start + length);
  return rows;
}

function logSoftmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const normalizer = largest + Math.log(logits.reduce((total, logit) => total + Math.exp(logit - largest), 0));
  return logits.map((logit) => logit - normalizer);
}

function squares(values: Float64Array): number {
  return values.reduce((total, value) => total + value * value, 0);
}

function flat(data: TensorData): TensorValue {
  return { data, shape: [data.length] };
}

function doubles(value: TensorValue | undefined): Float64Array {
  if (!(value?.data instanceof Float64Array)) throw new Error("the run lacks a float64 output");
  return value.data;
}
