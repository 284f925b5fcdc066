import { createRandom, type Step } from "@bridge-rl/spec";
import { type IgsmOptions, igsm, parseProblem, verifySolution } from "../src/index.js";

/**
 * Prints how many problems with their solutions are read and judged per second on one core:
 * `node --conditions=@bridge-rl/source --import tsx packages/igsm/bench/verify.ts [seconds]`.
 */
const seconds = Number(process.argv[2] ?? 2);
const pairsPerRound = 500;

const settings: Readonly<Record<string, IgsmOptions>> = {
  "prose, 15-20 operations": { operations: [15, 20] },
  "terse, 15-20 operations": { operations: [15, 20], phrasebook: "terse" },
  "terse, 1-4 operations": { operations: [1, 4], phrasebook: "terse", maximumEdges: 8 },
};

for (const [name, options] of Object.entries(settings)) {
  const source = igsm({ ...options, seed: 1 });
  const random = createRandom(1, "bench");
  const pairs = [...source.problems({ count: pairsPerRound })].map(({ prompt, graph }) => {
    const steps: Step[] = [];
    for (const { id, necessary } of graph.nodes) if (necessary) steps.push({ kind: "derive", node: id, detail: "stepwise" });
    return { prompt, completion: source.phrasebook.renderTrace(graph, { steps }, random).text };
  });
  measure(pairs, Math.min(seconds, 1));
  const { rate, parsing } = measure(pairs, seconds);
  console.log(
    `${name}: ${Math.round(rate).toLocaleString("en")} problems/s of CPU time parsed and verified, ${Math.round(100 * parsing)} % of it parsing`,
  );
}

function measure(pairs: readonly { prompt: string; completion: string }[], seconds: number): { rate: number; parsing: number } {
  const both = time(seconds, pairs, ({ prompt, completion }) => {
    const { valid } = verifySolution(parseProblem(prompt), completion);
    if (!valid) throw new Error(`a gold solution is found wrong: ${completion}`);
  });
  const parsing = time(seconds / 2, pairs, ({ prompt }) => parseProblem(prompt));
  return { rate: 1 / both, parsing: parsing / both };
}

/** Seconds of CPU time for each item, over whole rounds. */
function time<Item>(seconds: number, items: readonly Item[], work: (item: Item) => void): number {
  const start = process.cpuUsage();
  let count = 0;
  do {
    for (const item of items) work(item);
    count += items.length;
  } while (spent(start) < seconds);
  return spent(start) / count;
}

function spent(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}
