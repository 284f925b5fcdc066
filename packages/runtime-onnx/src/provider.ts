import { BridgeError } from "@bridge-rl/spec";

/** Where onnxruntime runs a graph. */
export type ProviderName = "cpu" | "webgpu" | "cuda" | "dml" | "coreml";

/** A provider with its settings. */
export type Provider =
  | { readonly name: "cpu" }
  | { readonly name: "webgpu" }
  | {
      readonly name: "cuda" | "dml";
      /** Which of several cards. @defaultValue 0 */
      readonly deviceId?: number;
    }
  | { readonly name: "coreml" };

/**
 * Where the tensors of a model lie between two runs.
 *
 * - `host`: in arrays of this process. Inputs are read in place, outputs are copied.
 * - `device`: on the device; weights, moments and the key-value cache never cross, the optimiser runs there.
 * - `initializers`: weights that don't change are initializers, packed and on the device for as long as their program lives; whatever changes
 *   crosses in every run, so only a few parameters (LoRA factors and their gradients) should change.
 */
export type Residency = "host" | "device" | "initializers";

/** What a provider is and needs. */
export interface ProviderDescription {
  readonly name: ProviderName;
  readonly residency: Residency;
  /** Which operators graphs are written with: `plain` is ONNX's own set. */
  readonly lowering: "plain" | "fused";
  /** Platforms on which onnxruntime-node 1.30.0 can have it. */
  readonly platforms: readonly NodeJS.Platform[];
  /** What has to be on the machine. */
  readonly needs: string;
  /** One sentence on where weights and optimiser state live. */
  readonly mode: string;
}

const descriptions: Readonly<Record<ProviderName, ProviderDescription>> = {
  cpu: {
    name: "cpu",
    residency: "host",
    lowering: "fused",
    platforms: ["linux", "darwin", "win32"],
    needs: "nothing besides onnxruntime-node",
    mode: "weights, moments and the key-value cache are arrays of this process, read in place; the optimiser runs in JavaScript",
  },
  webgpu: {
    name: "webgpu",
    residency: "device",
    lowering: "plain",
    platforms: ["linux", "darwin", "win32"],
    needs:
      "a GPU driver: Vulkan 1.3 on Linux (libvulkan1 and the card's driver; Mesa 25's lavapipe computes without a card), Metal on macOS, " +
      "Direct3D 12 on Windows",
    mode: "weights, moments and the key-value cache stay on the device, and the optimiser runs there; log-probabilities and token ids cross",
  },
  cuda: {
    name: "cuda",
    residency: "initializers",
    lowering: "plain",
    platforms: ["linux", "win32"],
    needs:
      "an NVIDIA card with CUDA 12 and cuDNN 9 on the library path, and onnxruntime-node's CUDA files, which its installer downloads " +
      "(ONNXRUNTIME_NODE_INSTALL=cuda12 npm install onnxruntime-node@1.30.0)",
    mode: "base weights are initializers, resident and packed on the card; LoRA factors enter and their gradients leave in each run",
  },
  dml: {
    name: "dml",
    residency: "initializers",
    lowering: "plain",
    platforms: ["win32"],
    needs: "Windows 10 or later with a Direct3D 12 card; the library comes with onnxruntime-node",
    mode: "base weights are initializers, resident on the card; LoRA factors enter and their gradients leave in each run",
  },
  coreml: {
    name: "coreml",
    residency: "initializers",
    lowering: "plain",
    platforms: ["darwin"],
    needs: "macOS; the library comes with onnxruntime-node",
    mode: "base weights are initializers of the compiled model; LoRA factors enter and their gradients leave in each run",
  },
};

/** The providers that `createOnnxRuntime` takes. */
export const providerNames: readonly ProviderName[] = ["cpu", "webgpu", "cuda", "dml", "coreml"];

/** What a provider is and needs, and where it keeps a model. @throws BridgeError `invalid-option` for a name that is none */
export function describeProvider(name: ProviderName): ProviderDescription {
  const description = Object.hasOwn(descriptions, name) ? descriptions[name] : undefined;
  if (description === undefined) {
    throw new BridgeError("invalid-option", `there is no provider "${String(name)}"; take one of ${providerNames.join(", ")}`);
  }
  return description;
}
