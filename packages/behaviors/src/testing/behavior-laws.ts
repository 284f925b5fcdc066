import { createGraphState, evaluateGraph, randomGraph, randomTopologicalOrder, vanillaTrace } from "@bridge-rl/dag";
import {
  type Behavior,
  BridgeError,
  createRandom,
  type Phrasebook,
  type Problem,
  type ReasoningGraph,
  type Step,
  type Trace,
  type Value,
} from "@bridge-rl/spec";
import { brokenLaw, deepFreeze, type Law, phrasebookLaws } from "@bridge-rl/spec/testing";
import { analysis } from "../analysis.js";
import { checkTrace } from "../check-trace.js";
import { injectBehaviors } from "../inject-behaviors.js";
import { reflection } from "../reflection.js";
import { subgoal } from "../subgoal.js";

export interface BehaviorLawOptions {
  /** How many random graphs each law looks at. @defaultValue 300 */
  readonly graphs?: number;
  /** Problems to word the behaviour's traces for. @defaultValue [] */
  readonly problems?: readonly Problem[];
  /** Phrasebooks that can word those problems. @defaultValue [] */
  readonly phrasebooks?: readonly Phrasebook[];
  /** Options that the factory has to refuse, besides the unknown ones and the non-objects that the kit tries itself. @defaultValue [] */
  readonly wrongOptions?: readonly unknown[];
}

/** Any `BehaviorFactory`, whatever options it takes. */
interface AnyBehaviorFactory {
  (options?: never): Behavior;
  readonly behaviorName: string;
}

/** A graph of the kit with a plain solution in a random order; `seed` makes both again. */
interface Sample {
  readonly where: string;
  readonly seed: number;
  readonly graph: ReasoningGraph;
  readonly trace: Trace;
}

/**
 * What every behaviour promises, on random graphs and on the problems given. Register them with `registerLaws(test, …)`.
 *
 * @param subject  a behaviour with options bound, or the factory: then its defaults are tried, and what it has to refuse
 */
export function behaviorLaws(subject: Behavior | AnyBehaviorFactory, options: BehaviorLawOptions = {}): Law[] {
  const { graphs = 300, problems = [], phrasebooks = [], wrongOptions = [] } = options;
  const behavior = typeof subject === "function" ? subject() : subject;
  const { name } = behavior;
  const each = (check: (sample: Sample) => void) => () => {
    for (let seed = 0; seed < graphs; seed++) check(sampleOf(seed));
  };
  const laws: Law[] = [
    {
      name: `${name} makes the same of the same seed, whatever it did before`,
      check: each(({ where, seed, graph, trace }) => {
        const first = JSON.stringify(inject(behavior, graph, trace, seed));
        inject(behavior, graph, trace, seed + 1);
        if (JSON.stringify(inject(behavior, graph, trace, seed)) !== first) throw brokenLaw(where, "two runs with equal streams differ");
      }),
    },
    {
      name: `${name} says only what is true, and still ends with the target`,
      check: each(({ where, seed, graph, trace }) => refuseUntrue(graph, inject(behavior, graph, trace, seed), where)),
    },
    {
      name: `${name} changes neither the trace nor the graph it is given`,
      check: each(({ seed, graph, trace }) => {
        const frozen = deepFreeze(structuredClone({ graph, trace }));
        inject(behavior, frozen.graph, frozen.trace, seed);
      }),
    },
    {
      name: `${name} signs every step that it adds or changes, and gives plain JSON`,
      check: each(({ where, seed, graph, trace }) => {
        const injected = inject(behavior, graph, trace, seed);
        const known = new Set(trace.steps.map((step) => JSON.stringify(step)));
        for (const [index, step] of injected.steps.entries()) {
          const text = JSON.stringify(step);
          if (!known.has(text) && step.behavior !== name)
            throw brokenLaw(where, `step ${index} is new but signed "${step.behavior}": ${text}`);
        }
        const copy: unknown = JSON.parse(JSON.stringify(injected));
        if (JSON.stringify(copy) !== JSON.stringify(structuredClone(injected))) throw brokenLaw(where, "the trace is not plain JSON");
      }),
    },
    {
      name: `${name} says nothing that rests on a value before it is seen`,
      check: each(({ where, seed, graph, trace }) => refuseForesight(behavior, { where, seed, graph, trace })),
    },
    {
      name: `${name} works behind other behaviours, before them, and on its own result`,
      check: each(({ seed, graph, trace }) => {
        const others = [reflection({ probability: 0.5 }), analysis({ probability: 0.5 }), subgoal()];
        injectBehaviors(graph, trace, [...others, behavior, behavior, ...others], createRandom(seed, "behavior laws"));
      }),
    },
  ];
  if (typeof subject === "function") laws.push(refusalLaw(subject, wrongOptions));
  for (const phrasebook of phrasebooks) {
    const traces = ({ id, graph }: Problem) => [inject(behavior, graph, vanillaTrace(graph), id)];
    for (const law of phrasebookLaws(phrasebook, { problems, traces })) {
      laws.push({ ...law, name: `${name} is worded by ${phrasebook.name}: ${law.name}` });
    }
  }
  return laws;
}

function sampleOf(seed: number): Sample {
  const random = createRandom(seed, "behavior laws, graph");
  const graph = randomGraph(random, { nodes: random.integer(1, 24), ...(random.chance(0.5) ? { modulus: 23 } : {}) });
  const trace = vanillaTrace(graph, randomTopologicalOrder(graph, random));
  return { where: `graph ${seed} of the kit`, seed, graph, trace };
}

function inject(behavior: Behavior, graph: ReasoningGraph, trace: Trace, seed: number | string): Trace {
  return behavior.inject(trace, { graph, state: createGraphState(graph), random: createRandom(seed, "behavior laws") });
}

function refuseUntrue(graph: ReasoningGraph, trace: Trace, where: string): void {
  const [finding] = checkTrace(graph, trace);
  if (finding !== undefined) throw brokenLaw(where, `step ${finding.step} ${finding.message}`);
}

/**
 * Gives another value to one node that is given, and to what rests on it: the solution may only differ from where it first speaks of one
 * of these nodes, plans and attempts excepted, which need no value.
 */
function refuseForesight(behavior: Behavior, { where, seed, graph, trace }: Sample): void {
  const random = createRandom(seed, "behavior laws, foresight");
  const given = random.pick(graph.nodes.filter(({ expression }) => expression.kind === "constant"));
  if (given === undefined) return;
  const other = withOtherGiven(graph, given.id, 10 + random.integer(0, 12));
  const touched = new Set([given.id]);
  for (const { id, dependencies } of graph.nodes) if (dependencies.some((node) => touched.has(node))) touched.add(id);
  const [before, after] = [inject(behavior, graph, trace, seed), inject(behavior, other, trace, seed)];
  for (const [index, step] of before.steps.entries()) {
    const twin = after.steps[index];
    const speaks = speaksOf(step, touched) || (twin !== undefined && speaksOf(twin, touched));
    if (!speaks && JSON.stringify(step) !== JSON.stringify(twin)) {
      throw brokenLaw(
        where,
        `step ${index} changes with the value of node ${given.id}, which nobody has seen by then: ${JSON.stringify(step)}`,
      );
    }
    if (speaks) return;
  }
}

function speaksOf(step: Step, touched: ReadonlySet<number>): boolean {
  return step.kind !== "remark" && step.kind !== "plan" && step.kind !== "attempt" && touched.has(step.node);
}

function withOtherGiven(graph: ReasoningGraph, given: number, value: number): ReasoningGraph {
  const changed = {
    ...graph,
    nodes: graph.nodes.map((node) => (node.id === given ? { ...node, expression: { kind: "constant", value } as const } : node)),
  };
  const values = evaluateGraph(changed);
  return { ...changed, nodes: changed.nodes.map((node) => ({ ...node, value: values[node.id] as Value })) };
}

function refusalLaw(factory: AnyBehaviorFactory, wrongOptions: readonly unknown[]): Law {
  return {
    name: `${factory.behaviorName} refuses unknown and wrong options`,
    check: () => {
      for (const wrong of [{ "no such option": 1 }, "always", 3, ...wrongOptions]) {
        const where = `${factory.behaviorName}(${JSON.stringify(wrong)})`;
        if (!refuses(factory, wrong, where)) throw brokenLaw(where, "is accepted; a misspelt option would go unnoticed");
      }
    },
  };
}

function refuses(factory: AnyBehaviorFactory, wrong: unknown, where: string): boolean {
  try {
    factory(wrong as never);
    return false;
  } catch (error) {
    if (BridgeError.isInstance(error) && error.code === "invalid-option") return true;
    throw brokenLaw(where, `throws ${String(error)}, not a BridgeError invalid-option`);
  }
}
