export { type BacktrackingOptions, backtracking } from "./backtracking.js";
export { type EstimationOptions, estimation } from "./estimation.js";
export { type PlanningOptions, planning } from "./planning.js";
export { type VerificationOptions, verification } from "./verification.js";
