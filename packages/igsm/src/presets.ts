import type { IgsmOptions } from "./options.js";

/**
 * BRIDGE's problems for SFT and RL (arXiv 2505.18917, §4.1): 15–20 operations, skewed low, multipliers from 0 as in the released code.
 * Set `operations` to 20 for its in-distribution test.
 */
export const bridgePaper: IgsmOptions = {
  operations: [15, 20],
  operationsDistribution: "skewed",
  literals: [0, 9],
  multipliers: [0, 9],
  phrasebook: "prose",
};

/** BRIDGE's out-of-distribution test: 25 operations, 60 % of the zero answers dropped. */
export const bridgePaperOutOfDistribution: IgsmOptions = { ...bridgePaper, operations: 25, dropZeroAnswers: 0.6 };

/** iGSM-med (arXiv 2407.20311): the original's problems of up to 15 operations and 20 premises, modulo 23, question last ("pq"). */
export const igsmMed: IgsmOptions = {
  dialect: "original",
  operations: [1, 15],
  operationsDistribution: "skewed",
  modulus: 23,
  maximumEdges: 20,
  phrasebook: "original",
};

/** iGSM-hard (arXiv 2407.20311): up to 21 operations and 28 premises. */
export const igsmHard: IgsmOptions = { ...igsmMed, operations: [1, 21], maximumEdges: 28 };

/** Short problems in few tokens, for models of a few million parameters: up to 4 operations on digits, half of the zero answers dropped. */
export const smallModel: IgsmOptions = {
  operations: [1, 4],
  modulus: 10,
  layers: [2, 3],
  items: [1, 3],
  maximumEdges: 8,
  distractors: [0, 3],
  dropZeroAnswers: 0.5,
  phrasebook: "terse",
};

/** Named levels of difficulty, for curricula: numbers of operations that grow, in BRIDGE's dialect. */
export const igsmLevels: Readonly<Record<"easy" | "medium" | "hard" | "harder" | "hardest", IgsmOptions>> = {
  easy: { operations: [2, 5] },
  medium: { operations: [6, 10] },
  hard: { operations: [11, 15] },
  harder: { operations: [16, 20] },
  hardest: { operations: [21, 25], dropZeroAnswers: 0.6 },
};
