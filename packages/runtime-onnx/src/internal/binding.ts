import { BridgeError, type TensorData } from "@bridge-rl/spec";

/** The part of onnxruntime-node's native session that is used here. */
export interface Session {
  run(feeds: Readonly<Record<string, Feed>>, fetches: Readonly<Record<string, null>>, options: object): Record<string, Result>;
  /** Writes the profile, where one is kept. */
  endProfiling(): void;
  dispose(): void;
}

/** A tensor that enters a run, from this process's memory or from a device's. */
export type Feed =
  | { readonly type: string; readonly location: "cpu"; readonly data: TensorData; readonly dims: readonly number[] }
  | { readonly type: string; readonly location: "gpu-buffer"; readonly gpuBuffer: unknown; readonly dims: readonly number[] };

/** A tensor that a run gives. `data` throws where it lies on a device, `gpuBuffer` where it doesn't. */
export interface Result {
  readonly location: string;
  readonly data: TensorData;
  readonly gpuBuffer: unknown;
  readonly dims: readonly number[];
  dispose(): void;
}

export interface SessionOptions {
  readonly executionProviders: readonly (string | Readonly<Record<string, unknown>>)[];
  readonly intraOpNumThreads: number;
  readonly interOpNumThreads: number;
  readonly executionMode: "sequential";
  readonly graphOptimizationLevel: string;
  readonly enableMemPattern: boolean;
  readonly enableCpuMemArena: boolean;
  readonly externalData: readonly { readonly path: string; readonly data: Uint8Array }[];
  readonly extra: object;
  readonly logSeverityLevel: number;
  readonly preferredOutputLocation?: Readonly<Record<string, "gpu-buffer" | "cpu">>;
  readonly enableProfiling?: boolean;
  readonly profileFilePrefix?: string;
}

interface NativeSession extends Session {
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: SessionOptions): void;
}

interface NativeModule {
  readonly initOrt: () => void;
  readonly binding: { readonly InferenceSession: new () => NativeSession };
}

export interface Binding {
  /** @throws whatever the binding throws */
  createSession(model: Uint8Array, options: SessionOptions): Session;
}

/**
 * Loads onnxruntime-node's native binding.
 *
 * Its public API returns promises although a run blocks the thread all the same; the binding below it gives the result at once, and
 * saves a third of the cost of a call. The version is pinned, and a test watches what is relied on.
 */
export async function loadBinding(): Promise<Binding> {
  const { initOrt, binding } = await importBinding();
  initOrt();
  return {
    createSession(model, options) {
      const session = new binding.InferenceSession();
      session.loadModel(model.buffer, model.byteOffset, model.byteLength, options);
      return session;
    },
  };
}

async function importBinding(): Promise<NativeModule> {
  try {
    // its types ask for instances of its tensor class, but plain objects with the same fields do, and are cheaper to make
    return (await import("onnxruntime-node/dist/binding.js")) as unknown as NativeModule;
  } catch (cause) {
    throw new BridgeError(
      "missing-dependency",
      "onnxruntime-node 1.30.0 could not be loaded; install it with ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@1.30.0 " +
        "(the variable keeps its installer from downloading CUDA libraries)",
      { cause },
    );
  }
}
