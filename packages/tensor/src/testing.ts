export { type RuntimeLaw, type RuntimeLawOptions, type RuntimeUnderTest, runtimeLaws } from "./testing/runtime-laws.js";
