import { createRandom, type Step } from "@bridge-rl/spec";
import {
  bridgePaper,
  bridgePaperOutOfDistribution,
  type PromptbenchOptions,
  promptbench,
  promptbenchTasks,
  smallModel,
} from "../src/index.js";

/**
 * Prints problems per second on one core, problems and plain solutions worded; trees of depth 3, graphs of ten nodes with up to three links:
 * `node --conditions=@bridge-rl/source --import tsx packages/promptbench/bench/generate.ts [seconds]`.
 */
const seconds = Number(process.argv[2] ?? 2);

const settings: Readonly<Record<string, PromptbenchOptions>> = {
  ...Object.fromEntries(promptbenchTasks.map((task): [string, PromptbenchOptions] => [task, { task }])),
  "arithmetic, terse": { task: "arithmetic", phrasebook: "terse" },
  bridgePaper,
  bridgePaperOutOfDistribution,
  smallModel,
};

for (const [name, options] of Object.entries(settings)) {
  measure(options, Math.min(seconds, 1), 1);
  const { problems, characters, elapsed } = measure(options, seconds, 2);
  const rate = Math.round(problems / elapsed).toLocaleString("en");
  console.log(`${name}: ${rate} problems/s of CPU time, ${Math.round(characters / problems)} characters each`);
}

function measure(options: PromptbenchOptions, seconds: number, seed: number): { problems: number; characters: number; elapsed: number } {
  const source = promptbench({ ...options, seed });
  const random = createRandom(seed, "bench");
  const start = process.cpuUsage();
  let problems = 0;
  let characters = 0;
  for (const { prompt, graph } of source.problems()) {
    const steps: Step[] = [];
    for (const { id, necessary } of graph.nodes) if (necessary) steps.push({ kind: "derive", node: id, detail: "direct" });
    characters += prompt.length + source.phrasebook.renderTrace(graph, { steps }, random).text.length;
    problems++;
    if (problems % 200 === 0 && spent(start) >= seconds) break;
  }
  return { problems, characters, elapsed: spent(start) };
}

function spent(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}
