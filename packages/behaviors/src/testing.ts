export { registerLaws } from "@bridge-rl/spec/testing";
export { type BehaviorLawOptions, behaviorLaws } from "./testing/behavior-laws.js";
