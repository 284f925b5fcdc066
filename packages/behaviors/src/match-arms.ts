import { BridgeError, createRandom, type Demonstration } from "@bridge-rl/spec";

export interface MatchArmsOptions {
  /**
   * What is made equal. `steps`: as many demonstrations, and so as many steps of one batch size, for each arm. `tokens`: as many
   * tokens to learn, to within half a demonstration. `problems`: as many passes over the problems, the paper's comparison, in which an arm of
   * four copies takes four times the steps.
   */
  readonly by: "steps" | "tokens" | "problems";
  /** The arm whose passes set the budget. @defaultValue the first */
  readonly reference?: string;
  /** Passes over the problems; of the reference arm where steps or tokens are matched, each with one copy of every problem. @defaultValue 1 */
  readonly passes?: number;
  /** Tokens that a demonstration has its learner predict. @defaultValue characters of the completion */
  readonly countTokens?: (demonstration: Demonstration) => number;
  /** Decides the order of problems, which all arms share. @defaultValue 0 */
  readonly seed?: number | string;
}

/** An arm's demonstrations in the order to train on, once. */
export interface MatchedArm {
  readonly demonstrations: readonly Demonstration[];
  readonly tokens: number;
  /** How often, on average, a problem comes up. */
  readonly passes: number;
}

/** Arms of one budget. */
export interface MatchedArms {
  readonly arms: Readonly<Record<string, MatchedArm>>;
  /** Problems that all arms have: the others are left out of each. */
  readonly problems: number;
  /** Problems that some arm lacks, as rejection sampling lacks those that the model never solves. */
  readonly dropped: number;
}

/**
 * Makes arms comparable: the same problems in the same order, and the same budget of steps or tokens.
 *
 * A pass takes one demonstration of each problem, the next copy in each pass, over again where an arm has no more. The order of
 * problems is drawn anew for each pass, from seed and problem, and is the same in all arms.
 *
 * @throws BridgeError `invalid-option` for an unknown reference or no passes; `invalid-input` where no problem is in all arms
 */
export function matchArms(arms: Readonly<Record<string, readonly Demonstration[]>>, options: MatchArmsOptions): MatchedArms {
  const { by, passes = 1, seed = 0, countTokens = ({ completion }) => completion.length } = options;
  const names = Object.keys(arms);
  const { reference = names[0] ?? "" } = options;
  if (!names.includes(reference)) {
    throw new BridgeError("invalid-option", `there is no arm "${reference}" to match; there are ${names.join(", ") || "none"}`);
  }
  if (!(passes > 0 && Number.isInteger(passes))) throw new BridgeError("invalid-option", `passes is ${passes}; use a positive integer`);
  const copies = Object.fromEntries(names.map((name) => [name, byProblem(arms[name] ?? [])]));
  const all = new Set(Object.values(copies).flatMap((arm) => [...arm.keys()]));
  const shared = [...all].filter((problem) => Object.values(copies).every((arm) => arm.has(problem)));
  if (shared.length === 0)
    throw new BridgeError("invalid-input", `no problem is in all arms (${names.join(", ")}); make them of the same problems`);
  const walk = (name: string) => walkProblems(copies[name] as Copies, shared, seed);
  const take = (name: string, examples: number) => sized([...limited(walk(name), examples)], countTokens, shared.length);
  const budget = take(reference, passes * shared.length);
  const matched = names.map((name): [string, MatchedArm] => {
    if (by === "tokens" && name !== reference)
      return [name, sized(untilTokens(walk(name), budget.tokens, countTokens), countTokens, shared.length)];
    return [name, take(name, passes * shared.length * (by === "problems" ? mostCopies(copies[name] as Copies, shared) : 1))];
  });
  return { arms: Object.fromEntries(matched), problems: shared.length, dropped: all.size - shared.length };
}

type Copies = ReadonlyMap<string, readonly Demonstration[]>;

function byProblem(demonstrations: readonly Demonstration[]): Copies {
  const copies = new Map<string, Demonstration[]>();
  for (const demonstration of demonstrations) {
    const own = copies.get(demonstration.problem);
    if (own === undefined) copies.set(demonstration.problem, [demonstration]);
    else own.push(demonstration);
  }
  return copies;
}

function mostCopies(copies: Copies, problems: readonly string[]): number {
  return problems.reduce((most, problem) => Math.max(most, copies.get(problem)?.length ?? 0), 0);
}

/** Pass after pass without end. */
function* walkProblems(copies: Copies, problems: readonly string[], seed: number | string): Generator<Demonstration> {
  const random = createRandom(seed, "order of problems");
  const sorted = problems.toSorted();
  for (let pass = 0; ; pass++) {
    const order = random.fork("pass", pass).shuffle(sorted);
    for (const problem of order) {
      const own = copies.get(problem) as readonly Demonstration[];
      yield own[pass % own.length] as Demonstration;
    }
  }
}

function* limited(demonstrations: Iterable<Demonstration>, count: number): Generator<Demonstration> {
  let taken = 0;
  for (const demonstration of demonstrations) {
    if (taken++ === count) return;
    yield demonstration;
  }
}

/** Stops where one more would go further beyond the budget than stopping stays below it. */
function untilTokens(
  demonstrations: Iterable<Demonstration>,
  budget: number,
  countTokens: (demonstration: Demonstration) => number,
): Demonstration[] {
  const taken: Demonstration[] = [];
  let tokens = 0;
  for (const demonstration of demonstrations) {
    const next = tokens + countTokens(demonstration);
    if (next - budget > budget - tokens) break;
    taken.push(demonstration);
    tokens = next;
    if (tokens >= budget) break;
  }
  return taken;
}

function sized(
  demonstrations: readonly Demonstration[],
  countTokens: (demonstration: Demonstration) => number,
  problems: number,
): MatchedArm {
  const tokens = demonstrations.reduce((sum, demonstration) => sum + countTokens(demonstration), 0);
  return { demonstrations, tokens, passes: demonstrations.length / problems };
}
