import type { Program, Runtime, TensorValue } from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";
import type { PolicyWeights } from "../../local-policy.js";
import { type PrefillShape, prefillGraph, type StepShape, stepGraph } from "./decode-graphs.js";

/** Programs kept; each holds the memory of its activations. */
const keptPrograms = 64;

/** Compiled decoding steps and prefills by shape. */
export class SamplerPrograms {
  readonly #runtime: Runtime<Graph>;
  readonly #placement: "inputs" | "initializers";
  readonly #programs = new Map<string, Program>();
  #revision: number | undefined;

  /**
   * @param placement  where steps have the weights. `initializers` are packed for fast products of few rows, but every step is compiled again
   *   when the weights change; `inputs` are read where they are. Prefills gain nothing from packing and take inputs.
   */
  constructor(runtime: Runtime<Graph>, placement: "inputs" | "initializers") {
    this.#runtime = runtime;
    this.#placement = placement;
  }

  async step(weights: PolicyWeights, shape: StepShape, feeds: Readonly<Record<string, TensorValue>>): Promise<Record<string, TensorValue>> {
    if (this.#placement === "initializers" && weights.revision !== this.#revision) this.#forget("step");
    this.#revision = weights.revision;
    const parameters = Object.fromEntries(weights.tensors);
    const asInputs = this.#placement === "inputs";
    const program = await this.#program(`step ${shape.rows} ${shape.capacity}`, () =>
      this.#runtime.compile(stepGraph(weights.config, shape), asInputs ? {} : { initializers: parameters }),
    );
    return program.run(asInputs ? { ...parameters, ...feeds } : feeds);
  }

  async prefill(weights: PolicyWeights, shape: PrefillShape, tokenIds: Int32Array): Promise<Record<string, TensorValue>> {
    const program = await this.#program(`prefill ${shape.prompts} ${shape.tokens}`, () =>
      this.#runtime.compile(prefillGraph(weights.config, shape)),
    );
    return program.run({ ...Object.fromEntries(weights.tensors), tokenIds: { data: tokenIds, shape: [tokenIds.length] } });
  }

  dispose(): void {
    this.#forget("");
  }

  #forget(prefix: string): void {
    for (const [key, program] of this.#programs) {
      if (!key.startsWith(prefix)) continue;
      program.dispose();
      this.#programs.delete(key);
    }
  }

  async #program(key: string, compile: () => Promise<Program>): Promise<Program> {
    const program = this.#programs.get(key) ?? (await compile());
    this.#programs.delete(key);
    this.#programs.set(key, program);
    const [oldest] = this.#programs;
    if (this.#programs.size > keptPrograms && oldest !== undefined) {
      oldest[1].dispose();
      this.#programs.delete(oldest[0]);
    }
    return program;
  }
}
