export { measurePlacement, type Placement } from "./measure-placement.js";
export { OnnxProgram } from "./onnx-program.js";
export { createOnnxRuntime, type OnnxRuntimeOptions } from "./onnx-runtime.js";
export {
  describeProvider,
  type Provider,
  type ProviderDescription,
  type ProviderName,
  providerNames,
  type Residency,
} from "./provider.js";
export { requireProvider } from "./require-provider.js";
