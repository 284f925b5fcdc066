import { harbor } from "./internal/ecosystems/harbor.js";
import { reserve } from "./internal/ecosystems/reserve.js";
import { school } from "./internal/ecosystems/school.js";
import { town } from "./internal/ecosystems/town.js";
import type { Vocabulary } from "./vocabulary.js";

/** Four ecosystems of four layers, each with five kinds of twenty names: 1,600 names. */
export const defaultVocabulary: Vocabulary = { name: "default", ecosystems: [school, town, harbor, reserve] };
