export { createReferenceRuntime } from "./reference-runtime.js";
