export { createGraphState } from "./graph-state.js";
export { solutionTemplate, structureHash } from "./structure-hash.js";
