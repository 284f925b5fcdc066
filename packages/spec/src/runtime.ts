/** Typed arrays that tensors are read from and into. */
export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** A tensor outside of any graph. */
export interface TensorValue {
  readonly data: TensorData;
  readonly shape: readonly number[];
}

/** A compiled graph. */
export interface Program {
  /** Runs once. Inputs are read in place, outputs are fresh arrays. @throws BridgeError `shape-mismatch`, `invalid-input` */
  run(inputs: Readonly<Record<string, TensorValue>>): Record<string, TensorValue>;
  dispose(): void;
}

export interface CompileOptions {
  /** Values of inputs that stay as they are for the life of the program. @defaultValue none */
  readonly initializers?: Readonly<Record<string, TensorValue>>;
  /**
   * Keeps the temporary memory of a run for the next one. Turn it off for one of many large programs, which together would keep far more
   * than any of them needs. @defaultValue true
   */
  readonly keepMemory?: boolean;
}

/** Compiles tensor graphs. `Graph` is the type of `@bridge-rl/tensor`, unknown here so that spec depends on nothing. */
export interface Runtime<Graph = unknown> {
  readonly name: string;
  readonly specVersion: 1;
  compile(graph: Graph, options?: CompileOptions): Promise<Program>;
}
