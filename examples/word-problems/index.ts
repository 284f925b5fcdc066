// Asks a language model for the graphs of four word problems, and rewrites their solutions with BRIDGE's behaviours.
// Without BRIDGE_LLM_URL a server on this machine answers with recorded replies.
import { bridge, createArm, demonstrate } from "@bridge-rl/behaviors";
import { planning, verification } from "@bridge-rl/behaviors-extra";
import { toMermaid } from "@bridge-rl/dag";
import { llmExtractor, problemFromGraph, wordsPhrasebook } from "@bridge-rl/extract";
import { BridgeError } from "@bridge-rl/spec";
import { pairs } from "./pairs.js";
import { recordedReplies } from "./recorded-replies.js";
import { startReplay } from "./replay-server.js";

const { BRIDGE_LLM_URL, BRIDGE_LLM_MODEL = "recorded", BRIDGE_LLM_KEY } = process.env;
const replay = BRIDGE_LLM_URL === undefined ? await startReplay(recordedReplies) : undefined;
const extractor = llmExtractor({
  url: BRIDGE_LLM_URL ?? (replay?.url as string),
  model: BRIDGE_LLM_MODEL,
  ...(BRIDGE_LLM_KEY === undefined ? {} : { apiKey: BRIDGE_LLM_KEY }),
});
console.log(replay === undefined ? `asking ${BRIDGE_LLM_URL}` : "no BRIDGE_LLM_URL: replies are recorded, no model is asked");

const arm = createArm("careful", { behaviors: [planning(), ...bridge({ reflection: { probability: 0.3 } }).behaviors, verification()] });
const phrasebook = wordsPhrasebook();
let sound = 0;
for (const [index, pair] of pairs.entries()) {
  console.log(`\n${pair.question}`);
  try {
    const { graph, repaired } = await extractor.extract(pair);
    sound++;
    for (const problems of repaired) console.log(`  (repaired: ${problems.join("; ")})`);
    if (index === 0) console.log(toMermaid(graph));
    const problem = problemFromGraph(pair, graph, index, { collection: "word-problems" });
    for (const { completion } of demonstrate(problem, phrasebook, arm, 1)) console.log(completion);
  } catch (error) {
    if (!BridgeError.isInstance(error) || error.code !== "invalid-graph") throw error;
    console.log(`  no graph: ${error.message}`);
  }
}
replay?.close();
console.log(`\n${sound} of ${pairs.length} graphs are sound`);
if (replay !== undefined && sound < pairs.length) process.exitCode = 1;
