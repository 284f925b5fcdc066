import { BridgeError } from "@bridge-rl/spec";
import { z } from "zod";
import { type ChatClientOptions, type ChatMessage, createChatClient } from "./chat-client.js";
import { type GraphDraft, graphDraftJsonSchema, graphDraftSchema } from "./graph-draft.js";
import type { GraphExtractor, QuestionAnswer } from "./graph-extractor.js";
import { type DraftResult, graphFromDraft } from "./graph-from-draft.js";

export interface LlmExtractorOptions extends ChatClientOptions {
  /** How often the model is told what is wrong with its graph and asked again. @defaultValue 3 */
  readonly repairs?: number;
  /**
   * What the endpoint is asked for: replies that fit a JSON schema, any JSON object, or nothing, for servers that have neither.
   *
   * @defaultValue "json_schema"
   */
  readonly structuredOutput?: "json_schema" | "json_object" | "none";
  /** @defaultValue 0 */
  readonly temperature?: number;
  /** Longest reply, in tokens. @defaultValue 4096 */
  readonly maxTokens?: number;
}

const instructions = `You turn a word problem into a graph of its quantities.

Give every quantity that the question states, also those that the answer does not need, and every intermediate result on the way to the answer: a
node for each. One node is one step: prefer several short formulas to one long one.

- id: a short name for formulas, such as bags or apples_per_bag
- name: what the quantity is, in words, different for each node
- formula: how it is computed, from numbers, ids of other nodes, + - * / and parentheses; a number alone for what the question states
- value: what the formula gives
- stated: true where the question says it, false where it has to be inferred

Write percentages and words such as "twice" as numbers. No node may rest on itself, directly or not. "target" is the id of the node that the
question asks for; its value is the answer that you are given. Every number of the question stands in some formula.

Reply with JSON alone: {"nodes": [{"id", "name", "formula", "value", "stated"}, …], "target": id}`;

/**
 * Asks a language model behind any OpenAI-compatible endpoint for the graph (arXiv 2505.18917, App. B.2), checks what it gives, and lets it
 * repair what is wrong.
 */
export function llmExtractor(options: LlmExtractorOptions): GraphExtractor {
  const { repairs = 3 } = options;
  const ask = createChatClient(options);
  return {
    name: `llm(${options.model})`,
    specVersion: 1,
    async extract(pair, { signal } = {}) {
      const messages: ChatMessage[] = [
        { role: "system", content: instructions },
        { role: "user", content: wordPair(pair) },
      ];
      const repaired: (readonly string[])[] = [];
      for (;;) {
        const { content, truncated } = await ask({ messages, body: bodyOf(options), signal });
        const result = truncated ? { problems: ["the reply was cut off at the token limit; be brief"] } : readReply(content, pair);
        if ("graph" in result) return { graph: result.graph, repaired };
        if (repaired.length >= repairs) {
          const reasons = result.problems.join("; ");
          throw new BridgeError("invalid-graph", `${options.model} gives no sound graph in ${repairs + 1} tries: ${reasons}`);
        }
        repaired.push(result.problems);
        messages.push({ role: "assistant", content }, { role: "user", content: wordProblems(result.problems) });
      }
    },
  };
}

function bodyOf({ structuredOutput = "json_schema", temperature = 0, maxTokens = 4096 }: LlmExtractorOptions): Record<string, unknown> {
  const sampling = { temperature, max_tokens: maxTokens };
  if (structuredOutput === "none") return sampling;
  if (structuredOutput === "json_object") return { ...sampling, response_format: { type: "json_object" } };
  const json_schema = { name: "reasoning_graph", strict: true, schema: graphDraftJsonSchema };
  return { ...sampling, response_format: { type: "json_schema", json_schema } };
}

function wordPair({ question, answer, solution }: QuestionAnswer): string {
  return [`Question:\n${question}`, ...(solution === undefined ? [] : [`Worked solution:\n${solution}`]), `Answer: ${answer}`].join("\n\n");
}

function wordProblems(problems: readonly string[]): string {
  return `These things are wrong:\n${problems.map((problem) => `- ${problem}`).join("\n")}\n\nGive the whole graph again, corrected, as JSON alone.`;
}

function readReply(content: string, pair: QuestionAnswer): DraftResult {
  const json = readJson(content);
  if (json === undefined) return { problems: ["the reply is not JSON"] };
  const draft = graphDraftSchema.safeParse(json);
  if (draft.success) return graphFromDraft(draft.data satisfies GraphDraft, pair);
  return { problems: draft.error.issues.map(({ path, message }) => `${z.core.toDotPath(path) || "the reply"}: ${message}`) };
}

/** Also takes JSON out of a fence, or from between sentences. */
function readJson(content: string): unknown {
  for (const text of [content, content.slice(content.indexOf("{"), content.lastIndexOf("}") + 1)]) {
    try {
      return JSON.parse(text);
    } catch {
      // The next candidate, or undefined: the model is told.
    }
  }
  return undefined;
}
