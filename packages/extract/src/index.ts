export {
  type ChatClient,
  type ChatClientOptions,
  type ChatMessage,
  type ChatReply,
  type ChatRequest,
  createChatClient,
} from "./chat-client.js";
export { type ExtractedSourceOptions, extractedSource } from "./extracted-source.js";
export { type GraphDraft, graphDraftJsonSchema, graphDraftSchema } from "./graph-draft.js";
export type { Extraction, ExtractOptions, GraphExtractor, QuestionAnswer } from "./graph-extractor.js";
export { type DraftResult, graphFromDraft } from "./graph-from-draft.js";
export { type LlmExtractorOptions, llmExtractor } from "./llm-extractor.js";
export { numberOfAnswer, numbersOfText } from "./numbers-of-text.js";
export { type ProblemFromGraphOptions, problemFromGraph } from "./problem-from-graph.js";
export { readEquations } from "./read-equations.js";
export { type QuestionReader, type StringMatchingOptions, stringMatchingExtractor } from "./string-matching-extractor.js";
export { wordsPhrasebook } from "./words-phrasebook.js";
