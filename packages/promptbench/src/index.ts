export { answerMatches, tolerantAnswer } from "./answer-matches.js";
export {
  type PromptbenchOptions,
  type Range,
  type RangeInput,
  type ResolvedPromptbenchOptions,
  resolvePromptbenchOptions,
} from "./options.js";
export { type ParsedPrompt, type ParsePromptOptions, parsePrompt } from "./parse-prompt.js";
export {
  bridgePaper,
  bridgePaperOutOfDistribution,
  bridgePaperReinforcement,
  complexityLevels,
  smallModel,
  smallModelOutOfDistribution,
} from "./presets.js";
export { type PromptbenchSource, problemById, promptbench } from "./promptbench.js";
export { type ProsePhrasebookOptions, prosePhrasebook } from "./prose-phrasebook.js";
export { stepVerifier } from "./step-verifier.js";
export { splitOf, structureHash } from "./structure-hash.js";
export { notAvailable, type PromptbenchTask, promptbenchTasks } from "./tasks.js";
export { type TersePhrasebookOptions, tersePhrasebook } from "./terse-phrasebook.js";
export {
  type BehaviorCounts,
  type Finding,
  type FindingKind,
  type Verification,
  type VerifiedStep,
  type VerifySolutionOptions,
  verifySolution,
} from "./verify-solution.js";
