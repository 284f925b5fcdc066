import type { TensorValue } from "@bridge-rl/spec";
import type { DecoderConfig } from "../../decoder-config.js";
import type { Garbage } from "./garbage.js";
import { type BlockShape, headBlockBackwardGraph, headBlockGraph, headName, headNormGraph, normName } from "./head-graphs.js";
import type { ParameterSet } from "./parameter-set.js";
import type { ProgramCache } from "./programs.js";
import { floats } from "./run-values.js";

type Tensors = ReadonlyMap<string, TensorValue>;

/** A block of rows of the head's matrix. */
interface Block {
  readonly start: number;
  readonly shape: BlockShape;
  readonly matrix: TensorValue;
  /** Targets counted from the block's start, 0 for those outside. */
  readonly ids: TensorValue;
  readonly isInside: (target: number) => boolean;
}

/** What the head computed of some rows, and what its derivative needs of it. */
export interface ScoredTargets {
  readonly logProbabilities: Float32Array;
  /** Where asked for. */
  readonly entropies: Float32Array | undefined;
  readonly hidden: Float32Array;
  readonly scaled: Float32Array;
  /** log Σ e^logit. */
  readonly normalizer: Float32Array;
  readonly targetIds: Int32Array;
  readonly temperature: number;
}

/** Elements of logits that stand in memory together, unless another number is given: 67 MB. */
const defaultLogitsAtOnce = 2 ** 24;

/**
 * The final norm, the head and the log-probabilities of a vocabulary that can be far wider than the model, one block of the vocabulary at a
 * time. The softmax is put together from what each block adds; the backward pass computes a block's logits again. Neither the logits nor
 * the matrix's gradient ever stand in memory twice, or whole on a provider.
 */
export class LargeHead {
  readonly #config: DecoderConfig;
  readonly #programs: ProgramCache;
  readonly #garbage: Garbage;
  readonly #logitsAtOnce: number;

  constructor(config: DecoderConfig, programs: ProgramCache, garbage: Garbage, logitsAtOnce: number = defaultLogitsAtOnce) {
    this.#config = config;
    this.#programs = programs;
    this.#garbage = garbage;
    this.#logitsAtOnce = logitsAtOnce;
  }

  /** @param hidden  `[targets, hiddenSize]`, the states that predict `targetIds` */
  async score(
    tensors: Tensors,
    hidden: Float32Array,
    targetIds: Int32Array,
    { temperature, entropies }: { readonly temperature: number; readonly entropies: boolean },
  ): Promise<ScoredTargets> {
    const targets = targetIds.length;
    const norm = await this.#programs.compiled(`norm ${targets}`, () => headNormGraph(this.#config, targets, false));
    const scaled = floats(norm.run(this.#normFeeds(tensors, hidden, targets, temperature)), "scaled");
    const largest = new Float64Array(targets).fill(Number.NEGATIVE_INFINITY);
    const total = new Float64Array(targets);
    const weighted = new Float64Array(targets);
    const chosen = new Float64Array(targets);
    for (const block of this.#blocks(tensors, targetIds)) {
      const { shape, matrix, ids, isInside } = block;
      const program = await this.#programs.compiled(`block ${targets} ${shape.block} ${entropies}`, () =>
        headBlockGraph(this.#config, shape, entropies),
      );
      const results = program.run({ scaled: { data: scaled, shape: [targets, this.#config.hiddenSize] }, matrix, ids });
      const [own, ownTotal, ownChosen] = ["largest", "total", "chosen"].map((name) => floats(results, name)) as [
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      const ownWeighted = entropies ? floats(results, "weighted") : undefined;
      for (let target = 0; target < targets; target++) {
        const top = Math.max(largest[target] as number, own[target] as number);
        const [before, now] = [Math.exp((largest[target] as number) - top), Math.exp((own[target] as number) - top)];
        total[target] = before * (total[target] as number) + now * (ownTotal[target] as number);
        weighted[target] = before * (weighted[target] as number) + now * (ownWeighted?.[target] ?? 0);
        largest[target] = top;
        if (isInside(target)) chosen[target] = ownChosen[target] as number;
      }
    }
    const normalizer = Float64Array.from(total, (sum, target) => (largest[target] as number) + Math.log(sum));
    return {
      ...{ hidden, scaled, targetIds, temperature, normalizer: Float32Array.from(normalizer) },
      logProbabilities: Float32Array.from(normalizer, (value, target) => (chosen[target] as number) - value),
      entropies: entropies
        ? Float32Array.from(normalizer, (value, target) => value - (weighted[target] as number) / (total[target] as number))
        : undefined,
    };
  }

  /**
   * Adds the gradients of the norm and of the matrix where they are trained.
   *
   * @returns the gradient of `hidden`
   */
  async differentiate(
    tensors: Tensors,
    gradient: ParameterSet,
    scored: ScoredTargets,
    weights: Float32Array,
    entropyWeights: Float32Array | undefined,
  ): Promise<Float32Array> {
    const { hiddenSize } = this.#config;
    const { targetIds, scaled, normalizer, temperature, hidden } = scored;
    const targets = targetIds.length;
    const matrixName = headName(this.#config);
    const options = { trainsMatrix: gradient.has(matrixName), entropies: entropyWeights !== undefined };
    const flowing = new Float32Array(targets * hiddenSize);
    const column = (data: Float32Array): TensorValue => ({ data, shape: [targets] });
    for (const { start, shape, matrix, ids, isInside } of this.#blocks(tensors, targetIds)) {
      const program = await this.#programs.compiled(`block backward ${targets} ${shape.block} ${Object.values(options).join()}`, () =>
        headBlockBackwardGraph(this.#config, shape, options),
      );
      const results = program.run({
        ...{
          matrix,
          ids,
          scaled: { data: scaled, shape: [targets, hiddenSize] },
          normalizer: column(normalizer),
          weights: column(weights),
        },
        chosenWeights: column(weights.map((weight, target) => (isInside(target) ? weight : 0))),
        ...(entropyWeights && { entropyWeights: column(entropyWeights), entropies: column(scored.entropies as Float32Array) }),
      });
      addTo(flowing, floats(results, "gradient"));
      if (!options.trainsMatrix) continue;
      const own = floats(results, "matrix gradient");
      addTo(gradient.view(matrixName).subarray(start * hiddenSize, (start + shape.block) * hiddenSize), own);
      this.#garbage.dropped(own.byteLength);
    }
    const norm = await this.#programs.compiled(`norm backward ${targets}`, () => headNormGraph(this.#config, targets, true));
    const results = norm.run({
      ...this.#normFeeds(tensors, hidden, targets, temperature),
      gradient: { data: flowing, shape: [targets, hiddenSize] },
    });
    if (gradient.has(normName)) gradient.add(normName, floats(results, "weight gradient"));
    return floats(results, "hidden gradient");
  }

  #normFeeds(tensors: Tensors, hidden: Float32Array, targets: number, temperature: number): Record<string, TensorValue> {
    return {
      hidden: { data: hidden, shape: [targets, this.#config.hiddenSize] },
      weight: tensors.get(normName) as TensorValue,
      inverseTemperature: { data: Float32Array.of(1 / temperature), shape: [] },
    };
  }

  /** Blocks of equal size, but for the last one. */
  *#blocks(tensors: Tensors, targetIds: Int32Array): Generator<Block> {
    const { vocabularySize, hiddenSize } = this.#config;
    const targets = targetIds.length;
    const whole = tensors.get(headName(this.#config))?.data as Float32Array;
    const count = Math.ceil((targets * vocabularySize) / this.#logitsAtOnce);
    const size = Math.ceil(vocabularySize / count);
    for (let start = 0; start < vocabularySize; start += size) {
      const block = Math.min(size, vocabularySize - start);
      const isInside = (target: number): boolean => {
        const id = targetIds[target] as number;
        return id >= start && id < start + block;
      };
      yield {
        start,
        shape: { targets, block },
        matrix: { data: whole.subarray(start * hiddenSize, (start + block) * hiddenSize), shape: [block, hiddenSize] },
        ids: { data: targetIds.map((id, target) => (isInside(target) ? id - start : 0)), shape: [targets] },
        isInside,
      };
    }
  }
}

function addTo(target: Float32Array, values: Float32Array): void {
  for (let index = 0; index < values.length; index++) target[index] = (target[index] as number) + (values[index] as number);
}
