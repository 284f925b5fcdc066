import {
  type GraphExtractor,
  llmExtractor,
  problemFromGraph,
  type QuestionAnswer,
  readEquations,
  stringMatchingExtractor,
} from "@bridge-rl/extract";
import { BridgeError } from "@bridge-rl/spec";
import { type ZodType, z } from "zod";
import { readLines } from "../data/read-lines.js";
import { withLineWriter } from "../data/write-lines.js";

/** What the flags of `bridge extract` come to. */
export interface ExtractFlags {
  readonly input: string;
  readonly output: string;
  readonly url?: string | undefined;
  readonly model: string;
  readonly structuredOutput: "json_schema" | "json_object" | "none";
  readonly repairs: number;
  readonly attempts: number;
  readonly timeout: number;
  readonly collection: string;
}

const pairSchema: ZodType<QuestionAnswer> = z.object({
  question: z.string().min(1),
  answer: z.union([z.string(), z.number()]).transform(String),
  solution: z.string().exactOptional(),
});

/** Extracts line by line; a line without a graph is told and left out. @throws BridgeError `invalid-graph` where no line has one */
export async function extractCommand(flags: ExtractFlags): Promise<void> {
  const extractor = flags.url === undefined ? await stringMatching() : askingModel(flags, flags.url);
  let found = 0;
  let read = 0;
  await withLineWriter(flags.output, async (writer) => {
    for await (const { row, place } of readLines(flags.input, pairSchema)) {
      const index = read++;
      try {
        const { graph } = await extractor.extract(row);
        await writer.write({ ...problemFromGraph(row, graph, index, { collection: flags.collection }), phrasebook: "words" });
        found++;
      } catch (error) {
        if (!BridgeError.isInstance(error) || error.code !== "invalid-graph") throw error;
        process.stderr.write(`${place}: ${error.message}\n`);
      }
    }
    if (found === 0) throw new BridgeError("invalid-graph", `none of ${read} questions has a sound graph`);
  });
  process.stderr.write(`${found} of ${read} questions have a sound graph\n`);
}

async function stringMatching(): Promise<GraphExtractor> {
  const { parseProblem } = await import("@bridge-rl/igsm");
  const { parsePrompt } = await import("@bridge-rl/promptbench");
  const readers = [
    { name: "igsm", read: (question: string) => parseProblem(question).graph },
    { name: "promptbench", read: (question: string) => parsePrompt(question).graph },
    readEquations,
  ];
  return stringMatchingExtractor({ readers });
}

function askingModel({ model, structuredOutput, repairs, attempts, timeout }: ExtractFlags, url: string): GraphExtractor {
  const key = process.env.BRIDGE_LLM_KEY;
  const client = { url, model, attempts, timeoutMilliseconds: 1000 * timeout, ...(key === undefined ? {} : { apiKey: key }) };
  return llmExtractor({ ...client, structuredOutput, repairs });
}
