export { splitOf } from "@bridge-rl/dag";
export { type ConstantBaseline, constantBaseline } from "./constant-baseline.js";
export { defaultVocabulary } from "./default-vocabulary.js";
export { exactAnswer } from "./exact-answer.js";
export { type IgsmSource, igsm, problemById } from "./igsm.js";
export { type IgsmOptions, type IntegerRange, type RangeInput, type ResolvedIgsmOptions, resolveIgsmOptions } from "./options.js";
export { type OriginalError, originalErrors } from "./original-errors.js";
export { type OriginalPhrasebookOptions, originalPhrasebook } from "./original-phrasebook.js";
export { type IgsmDialect, type ParsedProblem, type ParseProblemOptions, parseProblem } from "./parse-problem.js";
export { bridgePaper, bridgePaperOutOfDistribution, igsmHard, igsmLevels, igsmMed, smallModel } from "./presets.js";
export { prosePhrasebook } from "./prose-phrasebook.js";
export { reAsk } from "./re-ask.js";
export { type ReplaceNamesOptions, replaceNames } from "./replace-names.js";
export { retry, retryWeak } from "./retry.js";
export { stepVerifier } from "./step-verifier.js";
export { structureHash } from "./structure-hash.js";
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
export { checkVocabulary, type Ecosystem, type Vocabulary, type VocabularyKind, type VocabularyLayer } from "./vocabulary.js";
