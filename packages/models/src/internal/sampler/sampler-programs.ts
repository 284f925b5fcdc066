import type { Program, Runtime, TensorValue } from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";
import type { PolicyWeights } from "../../local-policy.js";
import { ProgramStore } from "../program-store.js";
import { quantizeWeights } from "../quantized-weights.js";
import { type PrefillShape, prefillGraph, type StepShape, stepAxes, stepGraph } from "./decode-graphs.js";
import type { ResolvedSampling } from "./sample-plan.js";
import { gridRows, gridTokens, leastRows, nextPowerOfTwo } from "./shape-grid.js";

/** Programs kept; each holds the memory of its activations. */
const keptPrograms = 64;
/** Rows and capacity that a step is compiled for at least, where runs can have less. */
const leastShape = 512;
/** Multiples that a cache's capacity has where it costs no program. Finer means less reading of empty slots, coarser means laying out less often. */
const capacityStep = 16;

/** Compiled decoding steps and prefills by shape. */
export class SamplerPrograms {
  readonly #runtime: Runtime<Graph>;
  readonly #placement: "inputs" | "initializers";
  readonly #programs = new ProgramStore<Program>(keptPrograms);
  readonly #graphs = new Map<string, Graph>();
  /** One program serves all shapes. */
  readonly #varies: boolean;
  #revision: number | undefined;
  /** The projections of this revision in 8 bits, where steps take them so. */
  #quantized: ReadonlyMap<string, TensorValue> | undefined;

  /**
   * @param placement  where steps have the weights. `initializers` are packed for fast products of few rows, but every step is compiled again
   *   when the weights change; `inputs` are read where they are. Prefills gain nothing from packing and take inputs.
   */
  constructor(runtime: Runtime<Graph>, placement: "inputs" | "initializers") {
    this.#runtime = runtime;
    this.#placement = placement;
    this.#varies = runtime.variableAxes === true;
  }

  /** The shape of a step for so many rows and cached tokens: no more than these where a program takes any, else one of few. */
  shape(rows: number, tokens: number): StepShape {
    if (!this.#varies) return { rows: gridRows(rows), capacity: gridTokens(tokens) };
    return { rows: Math.max(leastRows, rows), capacity: Math.max(1, Math.ceil(tokens / capacityStep)) * capacityStep };
  }

  async step(
    weights: PolicyWeights,
    shape: StepShape,
    precision: ResolvedSampling["precision"],
    feeds: Readonly<Record<string, TensorValue>>,
  ): Promise<Record<string, TensorValue>> {
    const packs = this.#placement === "initializers";
    // adapters always enter, so a step of theirs leaves the packed weights as they are
    const isPacked = (name: string): boolean => packs && !(weights.onlyLora && name.includes(".lora_"));
    if (weights.revision !== this.#revision) {
      if (packs && !weights.onlyLora) this.#programs.dispose("step");
      if (!weights.onlyLora) this.#quantized = undefined;
    }
    this.#revision = weights.revision;
    const entries = [...new Map([...weights.tensors, ...(precision === "int8" ? this.#inEightBits(weights) : [])])];
    const varies = this.#varies;
    const enough = (size: number): number => nextPowerOfTwo(Math.max(leastShape, size) - 1);
    const compiled = varies ? { rows: enough(shape.rows), capacity: enough(shape.capacity) } : shape;
    const key = `step ${compiled.rows} ${compiled.capacity} ${precision}`;
    const program = await this.#programs.get(key, () =>
      this.#runtime.compile(
        this.#stepGraph(key, () =>
          stepGraph(weights.config, compiled, { ...(weights.lora && { lora: weights.lora }), quantized: precision === "int8" }),
        ),
        {
          ...(packs && { initializers: Object.fromEntries(entries.filter(([name]) => isPacked(name))) }),
          ...(varies && { variableAxes: stepAxes(weights.config) }),
        },
      ),
    );
    return program.run({ ...Object.fromEntries(entries.filter(([name]) => !isPacked(name))), ...feeds });
  }

  /** A prompt's keys and values are of the weights as they are: a group has one prefill, and all its tokens look at what it gives. */
  async prefill(weights: PolicyWeights, { prompts, tokens }: PrefillShape, tokenIds: Int32Array): Promise<Record<string, TensorValue>> {
    const program = await this.#programs.get(`prefill ${prompts} ${tokens}`, () =>
      this.#runtime.compile(prefillGraph(weights.config, { prompts, tokens }, weights.lora)),
    );
    return program.run({ ...Object.fromEntries(weights.tensors), tokenIds: { data: tokenIds, shape: [tokenIds.length] } });
  }

  /** The graph of a step, which is the same for all revisions of the weights. */
  #stepGraph(key: string, make: () => Graph): Graph {
    if (!this.#varies) return make();
    const graph = this.#graphs.get(key) ?? make();
    this.#graphs.set(key, graph);
    return graph;
  }

  #inEightBits({ tensors }: PolicyWeights): ReadonlyMap<string, TensorValue> {
    this.#quantized ??= quantizeWeights(tensors);
    return this.#quantized;
  }

  dispose(): void {
    this.#quantized = undefined;
    this.#graphs.clear();
    this.#programs.dispose();
  }
}
