/** Typed arrays that tensors are read from and into. */
export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Int8Array | Uint8Array;

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

/**
 * Axes of inputs whose size is left open: by the input's name, the number of each such axis and what its size is called. In one run, axes
 * of one name have one size.
 */
export type VariableAxes = Readonly<Record<string, Readonly<Record<number, string>>>>;

export interface CompileOptions {
  /** Values of inputs that stay as they are for the life of the program. @defaultValue none */
  readonly initializers?: Readonly<Record<string, TensorValue>>;
  /**
   * Keeps the temporary memory of a run for the next one. Turn it off for one of many large programs, which together would keep far more
   * than any of them needs. @defaultValue true
   */
  readonly keepMemory?: boolean;
  /**
   * Axes of inputs that a run may give fewer elements than the graph declares, by input name; for runtimes that say `variableAxes`. No operation
   * may be told the size: what is sliced off counts from the end, and a shape that is written out holds it in no place but the first, where it
   * stays as it is. @defaultValue none
   */
  readonly variableAxes?: VariableAxes;
}

/**
 * A tensor that lives where a runtime computes, in the memory of a GPU for example. Only the runtime that made it can use it.
 *
 * Its memory is not collected with other garbage: whoever holds it disposes it.
 */
export interface DeviceTensor {
  readonly shape: readonly number[];
  /** Element type, as the tensor graph names it. */
  readonly dataType: string;
  /** Frees the memory. A disposed tensor cannot enter a run. */
  dispose(): void;
}

/** A compiled graph some of whose inputs and outputs stay on the device. */
export interface DeviceProgram {
  /**
   * Runs once. Resident inputs are read in place and stay as they are; resident outputs are new tensors, which the caller disposes.
   *
   * @throws BridgeError `shape-mismatch`, `invalid-input`
   */
  run(inputs: Readonly<Record<string, TensorValue | DeviceTensor>>): {
    readonly values: Record<string, TensorValue>;
    readonly resident: Record<string, DeviceTensor>;
  };
  dispose(): void;
}

export interface CompileOnDeviceOptions extends CompileOptions {
  /** Outputs that stay on the device; a run copies all others. */
  readonly resident: readonly string[];
}

/** How tensors stay on a device between two runs. */
export interface DeviceMemory<Graph = unknown> {
  compile(graph: Graph, options: CompileOnDeviceOptions): Promise<DeviceProgram>;
  upload(value: TensorValue): Promise<DeviceTensor>;
  download(tensor: DeviceTensor): Promise<TensorValue>;
}

/** Compiles tensor graphs. `Graph` is the type of `@bridge-rl/tensor`, unknown here so that spec depends on nothing. */
export interface Runtime<Graph = unknown> {
  readonly name: string;
  readonly specVersion: 1;
  compile(graph: Graph, options?: CompileOptions): Promise<Program>;
  /** Whether programs take inputs of fewer elements along the axes that `CompileOptions` names. @defaultValue false */
  readonly variableAxes?: boolean;
  /**
   * Where a model's tensors lie between two runs: in arrays of this process; on a device that keeps what runs give it; or, on a device that keeps
   * nothing but initializers, there what never changes and in this process the rest. @defaultValue "host"
   */
  readonly residency?: "host" | "device" | "initializers";
  /** Absent where nothing stays on the device between runs, or where the device is this process. */
  readonly device?: DeviceMemory<Graph>;
}
