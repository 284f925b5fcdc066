export { exactAnswer } from "./exact-answer.js";
export { type IgsmSource, igsm, problemById } from "./igsm.js";
export type { IgsmOptions, IntegerRange, RangeInput } from "./options.js";
export { splitOf, structureHash } from "./structure-hash.js";
export { type TersePhrasebookOptions, tersePhrasebook } from "./terse-phrasebook.js";
export { checkVocabulary, type Ecosystem, type Vocabulary, type VocabularyKind, type VocabularyLayer } from "./vocabulary.js";
