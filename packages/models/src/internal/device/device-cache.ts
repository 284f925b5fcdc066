import { BridgeError, type DeviceTensor } from "@bridge-rl/spec";
import type { DecoderConfig } from "../../decoder-config.js";
import { cacheNames, type StepShape } from "../sampler/decode-graphs.js";
import { cacheLayoutGraph } from "./device-decode-graphs.js";
import type { DevicePrograms } from "./device-programs.js";

/** Keys and values of a batch on a device, `[rows, keyValueHeads, capacity, headDimension]` for each layer. */
export class DeviceCache {
  readonly #names: readonly string[];
  readonly #config: DecoderConfig;
  readonly #programs: DevicePrograms;
  #tensors: Readonly<Record<string, DeviceTensor>>;
  #rows: number;
  #capacity: number;

  /** @param tensors  as a prefill gives them, "new " before their names; they are this cache's from now on */
  constructor(
    config: DecoderConfig,
    programs: DevicePrograms,
    tensors: Readonly<Record<string, DeviceTensor>>,
    { rows, capacity }: StepShape,
  ) {
    this.#config = config;
    this.#programs = programs;
    this.#names = Array.from({ length: config.layers }, (_, layer) => Object.values(cacheNames(layer))).flat();
    this.#tensors = this.#named(tensors);
    this.#rows = rows;
    this.#capacity = capacity;
  }

  get shape(): StepShape {
    return { rows: this.#rows, capacity: this.#capacity };
  }

  /** The inputs of a step. */
  get feeds(): Readonly<Record<string, DeviceTensor>> {
    return this.#tensors;
  }

  /** Takes what a step made of the cache. */
  take(tensors: Readonly<Record<string, DeviceTensor>>): void {
    const next = this.#named(tensors);
    this.dispose();
    this.#tensors = next;
  }

  /** Changes the shape. @param order  which present row each row of the result is */
  async arrange(order: Int32Array, capacity: number): Promise<void> {
    const { keyValueHeads, headDimension } = this.#config;
    const source = [this.#rows, keyValueHeads, this.#capacity, headDimension] as const;
    const shape = { rows: order.length, capacity };
    const program = await this.#programs.get(
      `cache ${source.join()} ${order.length} ${capacity}`,
      () => cacheLayoutGraph(this.#names, source, shape),
      () => true,
    );
    const { resident } = program.run({ ...this.#tensors, rows: { data: order, shape: [order.length] } });
    this.take(resident);
    this.#rows = order.length;
    this.#capacity = capacity;
  }

  dispose(): void {
    for (const tensor of Object.values(this.#tensors)) tensor.dispose();
  }

  #named(tensors: Readonly<Record<string, DeviceTensor>>): Readonly<Record<string, DeviceTensor>> {
    return Object.fromEntries(
      this.#names.map((name) => {
        const tensor = tensors[`new ${name}`];
        if (tensor === undefined) throw new BridgeError("internal", `the program left no "new ${name}" on the device`);
        return [name, tensor];
      }),
    );
  }
}
