/**
 * Holds the laws of iGSM over many seeds, in all three wordings: the count of operations is exact, everything necessary is an ancestor of the
 * target and no distractor feeds it, an independent evaluation gives the answer, what is read back is what was written, a right solution is
 * found right, and each mutation of it is found and labelled. All but the last also where the problem is asked anew, or has other names.
 *
 *     pnpm verify:laws [seeds, 10000 where it is left out]
 */
import {
  type IgsmOptions,
  igsm,
  igsmHard,
  originalPhrasebook,
  parseProblem,
  prosePhrasebook,
  reAsk,
  replaceNames,
  structureHash,
  tersePhrasebook,
  verifySolution,
} from "../packages/igsm/src/index.js";
import { ancestors, evaluate, operationsOf } from "../packages/igsm/test/support/graphs.js";
import { type GoldSolution, mutationsOf } from "../packages/igsm/test/support/mutations.js";
import { createRandom, type GraphNode, type Random, type ReasoningGraph, type Step } from "../packages/spec/src/index.js";

const seeds = Number(process.argv[2] ?? 10_000);
const settings: readonly IgsmOptions[] = [
  { operations: [1, 25] },
  { operations: [1, 25], modulus: 23 },
  { operations: [15, 20], multipliers: [0, 9] },
  { ...igsmHard, operations: [1, 25] },
];
const wordings = [
  ["prose", prosePhrasebook()],
  ["terse", tersePhrasebook()],
  ["original", originalPhrasebook({ order: "random" })],
] as const;

const failures: string[] = [];
const found = new Map<string, number>();
let checks = 0;

for (let seed = 0; seed < seeds && failures.length < 20; seed++) {
  const options = settings[seed % settings.length] as IgsmOptions;
  const problem = igsm({ ...options, seed }).problem(seed % 7);
  checkGraph(problem.graph, problem.difficulty.operations, problem.id);
  for (const [wording, book] of wordings) {
    const unworded = wording === "original" ? problem.graph.modulus === undefined : wording === "prose" && options.dialect === "original";
    if (unworded) continue;
    const random = createRandom(seed, `laws in ${wording}`);
    const prompt = book.renderPrompt(problem.graph, random);
    checkReading(problem.graph, problem.difficulty.operations, prompt, wording === "terse", `${problem.id} in ${wording}`);
    const steps = problem.graph.nodes.flatMap(({ id, necessary }): Step[] =>
      necessary ? [{ kind: "derive", node: id, detail: "stepwise" }] : [],
    );
    const gold = { graph: problem.graph, wording, ...book.renderTrace(problem.graph, { steps }, random) };
    checkGold(gold, random, `${problem.id} in ${wording}`);
    const asked = problem.graph.nodes.length > 1 ? [reAsk({ ...problem, prompt }, random)] : [];
    for (const { id, graph, difficulty, ...changed } of [...asked, ...asked.map((each) => replaceNames(each, seed))]) {
      checkGraph(graph, difficulty.operations, id);
      checkReading(graph, difficulty.operations, changed.prompt, wording === "terse", `${id} in ${wording}`);
      expectThat(changed.structureHash === structureHash(graph), "its structure hash is that of another graph", id);
      const derive = graph.nodes.flatMap(({ id: node, necessary }): Step[] =>
        necessary ? [{ kind: "derive", node, detail: "stepwise" }] : [],
      );
      const { valid, findings } = verifySolution(graph, book.renderTrace(graph, { steps: derive }, random).text);
      expectThat(valid && findings.length === 0, `a right solution is found wrong: ${findings[0]?.message}`, `${id} in ${wording}`);
    }
  }
}

for (const [kind, count] of [...found].sort()) console.log(`${kind}: ${count} mutations found and labelled`);
for (const failure of failures) console.error(failure);
console.log(`${checks} checks over ${seeds} seeds, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;

function expectThat(holds: boolean, what: string, where: string): void {
  checks++;
  if (!holds) failures.push(`${where}: ${what}`);
}

function checkGraph(graph: ReasoningGraph, operations: number, where: string): void {
  const needed = ancestors(graph);
  expectThat(
    graph.nodes.every(({ id, necessary }) => necessary === needed.has(id)),
    "what is marked necessary is not what the target rests on",
    where,
  );
  const fed = graph.nodes.some((node) => node.necessary && node.dependencies.some((id) => graph.nodes[id]?.necessary === false));
  expectThat(!fed, "a distractor feeds the target", where);
  const counted = graph.nodes.reduce((sum, { necessary, expression }) => sum + (necessary ? operationsOf(expression) : 0), 0);
  expectThat(counted === operations, `${counted} operations, not ${operations}`, where);
  const values: number[] = [];
  for (const { expression } of graph.nodes) values.push(evaluate(expression, values, graph.modulus));
  expectThat(
    graph.nodes.every(({ id, value }) => value === (values[id] as number) + 0),
    "values are not what the formulas give",
    where,
  );
}

/** Terse text leaves parentheses out where they change nothing, so it reads back with the same values rather than the same trees. */
function checkReading(graph: ReasoningGraph, operations: number, prompt: string, terse: boolean, where: string): void {
  const { modulus } = graph;
  const parsed = parseProblem(prompt, modulus === undefined ? {} : { modulus });
  const target = graph.nodes[graph.target] as GraphNode;
  expectThat(parsed.answer === target.value && parsed.operations === operations, "the prompt reads back as another problem", where);
  if (!terse) expectThat(structureHash(parsed.graph) === structureHash(graph), "the prompt reads back with another structure", where);
  const values = new Map(parsed.graph.nodes.map(({ name, value }) => [name, value]));
  const same = graph.nodes.every(
    ({ name, label, value, stated }) => (!stated && !terse) || values.get(terse ? String(label?.symbol) : name) === value,
  );
  expectThat(same, "the prompt reads back with other values", where);
}

function checkGold(gold: GoldSolution, random: Random, where: string): void {
  const { valid, findings, progress } = verifySolution(gold.graph, gold.text);
  expectThat(valid && findings.length === 0 && progress === 1, `a right solution is found wrong: ${findings[0]?.message}`, where);
  for (const { kind, text, start, end } of mutationsOf(gold, random)) {
    const verdict = verifySolution(gold.graph, text);
    const errors = verdict.findings.filter(({ severity }) => severity === "error");
    const labelled = errors.some((finding) => finding.kind === kind && finding.start <= end && finding.end >= start);
    const early = errors.find((finding) => finding.start < start);
    expectThat(
      !verdict.valid && labelled,
      `${kind} at ${start} is not found, but ${errors.map((finding) => `${finding.kind} at ${finding.start}`)}\n${text}`,
      where,
    );
    expectThat(early === undefined, `${early?.kind} is found at ${early?.start}, before the ${kind} at ${start}\n${text}`, where);
    found.set(kind, (found.get(kind) ?? 0) + 1);
  }
}
