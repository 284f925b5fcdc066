export { brokenLaw, type Law, registerLaws } from "./testing/law.js";
export { type PhrasebookLawOptions, phrasebookLaws } from "./testing/phrasebook-laws.js";
export { type ProblemSourceLawOptions, problemSourceLaws } from "./testing/problem-source-laws.js";
export { randomLaws } from "./testing/random-laws.js";
export { deepFreeze, plainTrace, richTrace } from "./testing/sample-traces.js";
