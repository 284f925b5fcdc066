export { OnnxProgram } from "./onnx-program.js";
export { createOnnxRuntime, type OnnxRuntimeOptions } from "./onnx-runtime.js";
