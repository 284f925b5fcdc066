import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BehaviorMark, createRandom, type GraphNode, type Random, type ReasoningGraph, type RunEvent } from "@bridge-rl/spec";
import type { EvaluationRecord, InfluenceFile, RolloutSample, RunFile, RunStage } from "../src/index.js";
import { summarizeEvaluations } from "../src/index.js";

export interface MakeRunOptions {
  readonly arms?: readonly string[];
  readonly seeds?: readonly number[];
  readonly steps?: number;
  readonly groupSize?: number;
  readonly problems?: number;
}

/** How likely each arm is right at each stage: the later arms start lower and learn faster. */
const skill: Record<RunStage, (arm: number) => number> = {
  base: () => 0.3,
  sft: (arm) => 0.42 - 0.04 * arm,
  grpo: (arm) => 0.5 + 0.14 * arm,
};

/** Writes a run directory as the command line does, with numbers drawn from seeds. */
export function makeRun(directory: string, options: MakeRunOptions = {}): void {
  const { arms = ["vanilla", "bridge"], seeds = [1], steps = 60, groupSize = 8, problems = 40 } = options;
  const random = createRandom(7, "report test run");
  const entries = arms.flatMap((name) => seeds.map((seed) => ({ name, seed, directory: `arms/${name}-seed${seed}` })));
  const run: RunFile = {
    formatVersion: 1,
    name: "quickstart",
    task: { name: "igsm", options: { operations: [2, 6], modulus: 23 } },
    versions: { node: "v20.20.2", "bridge-rl": "0.1.0" },
    config: { sft: { updates: 200, learningRate: 0.001 }, grpo: { steps, groupSize, learningRate: 0.0003 } },
    arms: entries,
    seeds,
    command: "bridge run examples/quickstart/bridge.config.ts --out runs/quickstart",
  };
  const evaluated = entries.map((entry) => {
    const index = arms.indexOf(entry.name);
    const own = random.fork(entry.name, entry.seed);
    const evaluations = evaluationsOf(index, own.fork("evaluations"), random.fork("base"));
    const path = join(directory, entry.directory);
    mkdirSync(join(path, "samples"), { recursive: true });
    writeFileSync(join(path, "evaluations.json"), JSON.stringify(evaluations, null, 2));
    writeLines(join(path, "events.jsonl"), eventsOf(index, steps, own.fork("events")));
    for (const stage of ["sft", "grpo"] as const) {
      writeLines(join(path, "samples", `rollouts-${stage}.jsonl`), samplesOf(index, stage, problems, groupSize, random, own.fork(stage)));
      writeFileSync(join(path, `influence-${stage}.json`), JSON.stringify(influenceOf(index, groupSize, own.fork(`influence ${stage}`))));
    }
    return { ...entry, evaluations };
  });
  writeFileSync(join(directory, "run.json"), JSON.stringify(run, null, 2));
  const summary = {
    seconds: 443.2,
    phases: { demonstrations: 3.1, sft: 121.4, grpo: 290.2, influence: 28.5 },
    ...summarizeEvaluations(evaluated),
  };
  writeFileSync(join(directory, "summary.json"), JSON.stringify(summary, null, 2));
}

function writeLines(path: string, rows: readonly unknown[]): void {
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

function draw(random: Random, probability: number, count: number): number {
  return Array.from({ length: count }, () => random.chance(probability)).filter(Boolean).length;
}

function evaluationsOf(arm: number, own: Random, shared: Random): EvaluationRecord[] {
  return (["base", "sft", "grpo"] as const).flatMap((stage) =>
    (["in-distribution", "out-of-distribution"] as const).map((split) => {
      const random = stage === "base" ? shared : own;
      const outside = split === "out-of-distribution";
      const byOperations = (outside ? [5, 6] : [2, 3, 4]).map((operations) => {
        const count = outside ? 100 : 67;
        return { operations, correct: draw(random, Math.max(0.05, skill[stage](arm) - 0.06 * (operations - 3)), count), count };
      });
      const count = byOperations.reduce((sum, entry) => sum + entry.count, 0);
      return {
        stage,
        split,
        correct: byOperations.reduce((sum, entry) => sum + entry.correct, 0),
        count,
        byOperations,
        constantBaseline: { answer: 0, correct: outside ? 21 : 27, count },
        truncated: draw(random, 0.02, count),
        meanLength: 60 + 30 * random.next(),
      };
    }),
  );
}

function eventsOf(arm: number, steps: number, random: Random): RunEvent[] {
  const sft = Array.from({ length: 80 }, (_, position) => ({
    phase: "sft",
    step: position + 1,
    metrics: {
      loss: 0.3 + Math.exp(-position / 15) + 0.03 * random.normal(),
      grad_norm: 1 + 0.2 * random.next(),
      learning_rate: 0.001,
      num_tokens: 4096 * (position + 1),
      "perplexity/vanilla": 1.2 + Math.exp(-position / 15),
      ...(arm > 0 ? { "perplexity/@bridge-rl/reflection": 1.4 + Math.exp(-position / 20) + 0.02 * random.normal() } : {}),
    },
  }));
  const grpo = Array.from({ length: steps }, (_, position): RunEvent => {
    const progress = position / steps;
    const accuracy = clamp(skill.sft(arm) + (skill.grpo(arm) - skill.sft(arm)) * progress + 0.05 * random.normal());
    return {
      phase: "grpo",
      step: position + 1,
      metrics: {
        reward: accuracy,
        reward_std: 0.3,
        frac_reward_zero_std: clamp(0.3 + 0.2 * progress + 0.05 * random.normal()),
        "completions/mean_length": 70 + 20 * arm * progress + 3 * random.normal(),
        "completions/clipped_ratio": clamp(0.04 - 0.03 * progress + 0.01 * random.normal()),
        entropy: 0.5 - 0.2 * progress + 0.02 * random.normal(),
        grad_norm: 0.8 + 0.1 * random.next(),
        "accuracy/mean": accuracy,
        "accuracy/all_right": clamp(0.1 + 0.3 * progress),
        "accuracy/all_wrong": clamp(0.2 - 0.1 * progress),
        "coefficient/mean": 0.3 - 0.1 * progress,
        "behaviors/attempt": arm === 0 ? 0 : 0.6 + 0.5 * progress + 0.05 * random.normal(),
        "behaviors/restate": arm === 0 ? 0.02 : 1.4 - 0.2 * progress + 0.05 * random.normal(),
        "behaviors/stepwise": arm === 0 ? 0.1 : 2.2 + 0.05 * random.normal(),
      },
    };
  });
  const evaluation = Array.from({ length: 7 }, (_, position): RunEvent => {
    const rise = skill.sft(arm) + ((skill.grpo(arm) - skill.sft(arm)) * position) / 6;
    return {
      phase: "evaluation",
      step: Math.round((steps * position) / 6),
      metrics: {
        "accuracy/in_distribution": clamp(rise + 0.02 * random.normal()),
        "accuracy/out_of_distribution": clamp(rise - 0.12 + 0.02 * random.normal()),
      },
    };
  });
  return [...sft, ...grpo, ...evaluation];
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** A random acyclic graph modulo 23: each quantity is a constant, a copy, or a sum, difference or product of two before it. */
function makeGraph(random: Random, size: number): ReasoningGraph {
  const nodes: GraphNode[] = [];
  const names = random.shuffle([
    "Canvas Bag",
    "Pencil Box",
    "Oak Crate",
    "Tin Can",
    "Blue Basket",
    "Glass Jar",
    "Wool Sack",
    "Paper Bag",
    "Cork Tray",
    "Steel Drum",
  ]);
  const value = (id: number): number => Number(nodes[id]?.value);
  for (let id = 0; id < size; id++) {
    const name = `each ${names[id % names.length]}'s ${id % 2 === 0 ? "Notebook" : "Marble"}`;
    if (id < 2) {
      const constant = random.integer(0, 22);
      nodes.push({
        id,
        name,
        dependencies: [],
        expression: { kind: "constant", value: constant },
        value: constant,
        necessary: true,
        stated: true,
      });
      continue;
    }
    const left = id - 1;
    const right = random.integer(0, id - 2);
    const operator = random.pick(["+", "-", "*"] as const) ?? "+";
    const result =
      operator === "+" ? value(left) + value(right) : operator === "-" ? value(left) - value(right) : value(left) * value(right);
    nodes.push({
      id,
      name,
      dependencies: [left, right],
      expression: {
        kind: "operation",
        operator,
        operands: [
          { kind: "reference", node: left },
          { kind: "reference", node: right },
        ],
      },
      value: ((result % 23) + 23) % 23,
      necessary: true,
      stated: true,
    });
  }
  nodes.push({
    id: size,
    name: "each Spare Bin's Coin",
    dependencies: [0],
    expression: { kind: "reference", node: 0 },
    value: value(0),
    necessary: false,
    stated: true,
  });
  return { nodes, target: size - 1, modulus: 23 };
}

function samplesOf(
  arm: number,
  stage: "sft" | "grpo",
  problems: number,
  groupSize: number,
  shared: Random,
  random: Random,
): RolloutSample[] {
  return Array.from({ length: problems }, (_, index) => {
    const own = shared.fork("problem", index);
    const operations = own.integer(3, 6);
    const graph = makeGraph(own.fork("graph"), operations + 1);
    const answer = graph.nodes[graph.target]?.value ?? 0;
    return {
      problem: `igsm/1/7/${index}`,
      prompt: graph.nodes
        .map(
          (node) =>
            `The number of ${node.name} equals ${node.dependencies.map((id) => graph.nodes[id]?.name).join(" plus ") || node.value}.`,
        )
        .join(" "),
      graph,
      answer,
      operations,
      rollouts: Array.from({ length: groupSize }, () => rolloutOf(arm, stage, graph, random)),
    };
  });
}

function rolloutOf(arm: number, stage: "sft" | "grpo", graph: ReasoningGraph, random: Random): RolloutSample["rollouts"][number] {
  const marks: BehaviorMark[] = [];
  let text = "<think>";
  const write = (piece: string, kind?: BehaviorMark["kind"]): void => {
    if (kind) marks.push({ start: text.length, end: text.length + piece.length, kind });
    text += piece;
  };
  for (const node of graph.nodes.filter(({ necessary }) => necessary)) {
    if (arm > 0 && random.chance(0.25)) write(` Let me try ${node.name}; it needs something I don't know yet. Back.`, "attempt");
    if (arm > 0 && random.chance(0.4)) write(` Recall how ${node.name} & others < 23 are defined.`, "restate");
    write(` ${node.name} = ${String(node.value)}.`, arm > 0 ? "stepwise" : undefined);
  }
  const isRight = random.chance(skill[stage](arm));
  text += `</think> \\boxed{${isRight ? String(graph.nodes[graph.target]?.value) : "?"}}`;
  return { text, reward: isRight ? 1 : 0, finishReason: random.chance(0.03) ? "length" : "stop", marks };
}

function influenceOf(arm: number, groupSize: number, random: Random): InfluenceFile {
  const queries = Array.from({ length: 120 }, (_, index) => {
    const right = draw(random, clamp(0.35 + 0.35 * random.normal()), groupSize);
    const accuracy = right / groupSize;
    const coefficient = Math.sqrt(accuracy * (1 - accuracy));
    const influence = coefficient * (0.02 + 0.03 * arm + 0.05 * random.normal());
    const interval: [number, number] | null = right < 2 || groupSize - right < 2 ? null : [influence - 0.02, influence + 0.02];
    return {
      problem: `igsm/1/7/${index}`,
      accuracy,
      influence,
      interval,
      positiveBranch: right > 0 ? 0.1 : null,
      negativeBranch: right < groupSize ? -0.1 : null,
    };
  });
  const bins = Array.from({ length: groupSize + 1 }, (_, right) => {
    const accuracy = right / groupSize;
    const values = queries.filter((query) => query.accuracy === accuracy).map(({ influence }) => influence);
    const mean = values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
    const interval: [number, number] | null = values.length < 3 ? null : [mean - 0.01, mean + 0.01];
    return { accuracy, mean, interval, count: values.length };
  });
  const mixed = queries.filter(({ accuracy }) => accuracy > 0 && accuracy < 1);
  const meanOf = (values: readonly { influence: number }[]): number =>
    values.reduce((sum, { influence }) => sum + influence, 0) / values.length;
  return {
    options: { epsilon: 0.001, standardDeviation: "bessel" },
    histogram: bins.map(({ accuracy, count }) => ({ accuracy, count, coefficient: Math.sqrt(accuracy * (1 - accuracy)) })),
    queries,
    byAccuracy: bins,
    meanAll: meanOf(queries),
    meanMixed: meanOf(mixed),
    numericalError: 0.0004,
    behaviors: ["plain", "attempt", "restate", "stepwise"].slice(0, arm === 0 ? 2 : 4).map((behavior) => {
      const [throughCorrect, throughWrong] = [2 * random.normal(), random.normal()];
      return { behavior, tokens: random.integer(500, 5000), influence: throughCorrect + throughWrong, throughCorrect, throughWrong };
    }),
    coInfluence: coInfluenceOf(queries.slice(0, 24), random),
    tokens: [1, 0].map((reward) => tokensOf(reward, random)),
    measured: [0.09, 0.03, 0.01].map((learningRate) => ({
      learningRate,
      predicted: learningRate * 0.02,
      measured: learningRate * 0.02 * (1 + 3 * learningRate),
    })),
    readiness: {
      influence: 0.012 + 0.01 * arm,
      interval: [0.004, 0.02 + 0.01 * arm],
      accuracy: 0.42,
      passAtN: 0.81,
      coefficient: 0.33,
      gradientNorm: 1.7,
      rollouts: groupSize,
    },
  };
}

function coInfluenceOf(
  queries: readonly { problem: string; accuracy: number }[],
  random: Random,
): NonNullable<InfluenceFile["coInfluence"]> {
  const rows = Array.from({ length: 10 }, (_, row) => `igsm/1/9/${row}`);
  const columns = queries.map(({ problem, accuracy }) => ({ problem, accuracy }));
  const branch = (missing: number): (number | null)[][] =>
    rows.map(() => columns.map(({ accuracy }) => (accuracy === missing ? null : 0.1 * random.normal())));
  const [positive, negative] = [branch(0), branch(1)];
  const influence = rows.map((_, row) =>
    columns.map(({ accuracy }, column) => {
      const [plus, minus] = [positive[row]?.[column] ?? 0, negative[row]?.[column] ?? 0];
      return Math.sqrt(accuracy * (1 - accuracy)) * (plus - minus);
    }),
  );
  return { rows, columns, positive, negative, influence };
}

function tokensOf(reward: number, random: Random): NonNullable<InfluenceFile["tokens"]>[number] {
  const tokens = ["<think>", "a=", "3", ";", "b=", "a", "+", "4", "=", "7", ";", "</think>", " \\boxed{", "7", "}"];
  return { problem: `igsm/1/7/${reward}`, reward, tokens, influence: tokens.map(() => 0.01 * random.normal()) };
}
