import { type Phrasebook, parseOptions, type Split } from "@bridge-rl/spec";
import * as z from "zod";
import type { TreeOperator } from "./internal/fact.js";
import { type PromptbenchTask, promptbenchTasks } from "./tasks.js";

/** A number, or all integers from the first to the second, both included. */
export type RangeInput = number | readonly [minimum: number, maximum: number];

/** Numbers from the first to the second, both included. */
export type Range = readonly [minimum: number, maximum: number];

/** What `promptbench` takes. Options that a task does not know are refused. */
export interface PromptbenchOptions {
  readonly task: PromptbenchTask;
  /** Levels of the tree, leaves included; the tree tasks. @defaultValue 3 */
  readonly depth?: RangeInput;
  /** Children of every inner node but the unary ones; the tree tasks. @defaultValue 2 */
  readonly children?: number;
  /** Links added to every inner node but the unary ones: arithmetic, linear_equation, bool_logic. @defaultValue 0 */
  readonly extraLinks?: number;
  /** What inner nodes are drawn from; the tree tasks. @defaultValue all of the task, as often as DyVal draws them */
  readonly operators?: readonly TreeOperator[];
  /** Numbers at the leaves or on the nodes of a path: arithmetic, linear_equation, max_sum_path. @defaultValue [1, 10] */
  readonly values?: RangeInput;
  /** Coefficients that are plain numbers: linear_equation. @defaultValue [-10, 10] */
  readonly coefficients?: RangeInput;
  /** How many of the six coefficients have a tree: linear_equation. @defaultValue 1 */
  readonly trees?: number;
  /** Nodes of the graph: reachability, max_sum_path. @defaultValue 10 */
  readonly nodes?: RangeInput;
  /** Links drawn for each node; those that would close a circle are left out: reachability, max_sum_path. @defaultValue [1, 3] */
  readonly links?: RangeInput;
  /** Mini-graphs that the target does not need: trees of two levels, graphs of three nodes. @defaultValue 0 */
  readonly redundancies?: RangeInput;
  /** Premises left out of the description: arithmetic, bool_logic. What can still be known is computed. @defaultValue 0 */
  readonly deletedPremises?: RangeInput;
  /** Premises bent back so that they rest on themselves: arithmetic, bool_logic. @defaultValue 0 */
  readonly cycles?: RangeInput;
  /** Answers kept: arithmetic. Intermediate values never exceed 2⁵³. @defaultValue [0.0001, 2 ** 53], as DyVal keeps positive ones */
  readonly answers?: Range;
  /** Values that inner nodes may have, so that small models need few numbers: arithmetic. @defaultValue all up to ±2⁵³ */
  readonly intermediates?: Range;
  /** Whether every value has to be an integer: arithmetic. @defaultValue false */
  readonly integers?: boolean;
  /**
   * Draws the answer first, each equally often, where the problems by themselves favour one: bool_logic, deductive_logic,
   * abductive_logic, reachability. @defaultValue true, with `original` false
   */
  readonly balance?: boolean;
  /** Order of the description's lines: premises first, conclusions first, or neither. @defaultValue "random" */
  readonly order?: "random" | "topological" | "reversed";
  /**
   * Order of the graph's nodes, and so of plain solutions: operand by operand, each with all it rests on, as DyVal does; or all that is
   * given first, then level by level, which needs no planning ahead. @defaultValue "depth-first"
   */
  readonly steps?: "depth-first" | "bottom-up";
  /**
   * Names nodes aaa, aab, … in the order of the solution and keeps a root of a square, as DyVal does. Otherwise names are
   * drawn and tell nothing. @defaultValue false
   */
  readonly original?: boolean;
  /**
   * How problems and solutions are worded: `"prose"` with PromptBench's whole prompt, `"brief"` without its instructions, `"terse"` in
   * few tokens, with nodes named by letters. @defaultValue "prose"
   */
  readonly phrasebook?: "prose" | "brief" | "terse" | Phrasebook;
  /** Which part of the space of solution templates problems come from. @defaultValue "all" */
  readonly split?: Split;
  /** @defaultValue 0 */
  readonly seed?: number;
}

/** Options with defaults filled in; ranges in one form. What a task does not know is absent. */
export interface ResolvedPromptbenchOptions {
  readonly task: PromptbenchTask;
  readonly depth?: Range;
  readonly children?: number;
  readonly extraLinks?: number;
  readonly operators?: readonly TreeOperator[];
  readonly values?: Range;
  readonly coefficients?: Range;
  readonly trees?: number;
  readonly nodes?: Range;
  readonly links?: Range;
  readonly redundancies: Range;
  readonly deletedPremises?: Range;
  readonly cycles?: Range;
  readonly answers?: Range;
  readonly intermediates?: Range;
  readonly integers?: boolean;
  readonly balance?: boolean;
  readonly order: "random" | "topological" | "reversed";
  readonly steps: "depth-first" | "bottom-up";
  readonly original: boolean;
  readonly phrasebook: "prose" | "brief" | "terse" | Phrasebook;
  readonly split: Split;
  readonly seed: number;
}

function range(minimum: number, maximum: number) {
  const bound = z.int().min(minimum).max(maximum);
  return z
    .union([bound.transform((value): Range => [value, value]), z.tuple([bound, bound]).readonly()], {
      error: `expected an integer from ${minimum} to ${maximum}, or [minimum, maximum] within`,
    })
    .refine(([low, high]) => low <= high, "the minimum exceeds the maximum");
}

const arithmeticOperators = ["+", "-", "*", "/", "square", "sqrt"] as const;
const logicOperators = ["and", "or", "not"] as const;

const fields = {
  depth: range(1, 8),
  children: z.int().min(2).max(8),
  extraLinks: z.int().min(0).max(4),
  operators: z
    .array(z.enum([...arithmeticOperators, ...logicOperators]))
    .min(1)
    .readonly(),
  values: range(-1000, 1000),
  coefficients: range(-1000, 1000),
  trees: z.int().min(1).max(6),
  nodes: range(2, 100),
  links: range(0, 100),
  redundancies: range(0, 100),
  deletedPremises: range(0, 100),
  cycles: range(0, 10),
  answers: z.tuple([z.number(), z.number()]).readonly(),
  intermediates: z.tuple([z.number(), z.number()]).readonly(),
  integers: z.boolean(),
  balance: z.boolean(),
};

type TaskOption = keyof typeof fields;

const tree = ["depth", "children", "operators", "redundancies"] as const;
const graph = ["nodes", "links", "redundancies"] as const;
const optionsOf: Readonly<Record<PromptbenchTask, readonly TaskOption[]>> = {
  arithmetic: [...tree, "extraLinks", "values", "deletedPremises", "cycles", "answers", "intermediates", "integers"],
  linear_equation: [...tree, "extraLinks", "values", "coefficients", "trees"],
  bool_logic: [...tree, "extraLinks", "deletedPremises", "cycles", "balance"],
  deductive_logic: [...tree, "balance"],
  abductive_logic: [...tree, "balance"],
  reachability: [...graph, "balance"],
  max_sum_path: [...graph, "values"],
};

const largestExact = 2 ** 53;

type TaskOptions = Required<Pick<ResolvedPromptbenchOptions, TaskOption>>;

/** Defaults of the fields above; those of operators and balance depend on the task, and intermediates have none. */
const defaults: Readonly<Omit<TaskOptions, "operators" | "balance" | "intermediates">> = {
  depth: [3, 3],
  children: 2,
  extraLinks: 0,
  values: [1, 10],
  coefficients: [-10, 10],
  trees: 1,
  nodes: [10, 10],
  links: [1, 3],
  redundancies: [0, 0],
  deletedPremises: [0, 0],
  cycles: [0, 0],
  answers: [0.0001, largestExact],
  integers: false,
};

const phrasebook = z.union([
  z.enum(["prose", "brief", "terse"]),
  z.custom<Phrasebook>(
    (value) => typeof value === "object" && value !== null && "specVersion" in value && value.specVersion === 1 && "renderTrace" in value,
    '"prose", "brief", "terse" or a phrasebook of spec version 1',
  ),
]);

const schema = z
  .strictObject({
    task: z.enum(promptbenchTasks),
    ...(z.object(fields).partial().shape as { [name in TaskOption]: z.ZodOptional<(typeof fields)[name]> }),
    order: z.enum(["random", "topological", "reversed"]).default("random"),
    steps: z.enum(["depth-first", "bottom-up"]).default("depth-first"),
    original: z.boolean().default(false),
    phrasebook: phrasebook.default("prose"),
    split: z.enum(["train", "test", "all"]).default("all"),
    seed: z.int().default(0),
  })
  .superRefine((value, context) => {
    const known = optionsOf[value.task];
    const refuse = (name: TaskOption, message: string) => context.addIssue({ code: "custom", path: [name], message });
    for (const name of Object.keys(fields) as TaskOption[]) {
      if (value[name] !== undefined && !known.includes(name))
        refuse(name, `${value.task} has no such option; it takes ${known.join(", ")}`);
    }
    const allowed: readonly TreeOperator[] = operatorsOf(value.task);
    const foreign = value.operators?.filter((operator) => !allowed.includes(operator)) ?? [];
    if (foreign.length > 0) refuse("operators", `${value.task} has no ${foreign.join(", ")}; it has ${allowed.join(", ")}`);
    for (const name of ["answers", "intermediates"] as const) {
      const given = value[name];
      if (given !== undefined && given[0] > given[1]) refuse(name, "the minimum exceeds the maximum");
    }
  })
  .transform((value): ResolvedPromptbenchOptions => {
    const { task, original, order, steps, phrasebook, split, seed, redundancies = defaults.redundancies, ...given } = value;
    const all = { ...defaults, operators: operatorsOf(task), balance: !original };
    const taken: Partial<TaskOptions> = {};
    for (const name of optionsOf[task]) {
      if (name === "redundancies") continue;
      const chosen = given[name] ?? (name === "intermediates" ? undefined : all[name]);
      if (chosen !== undefined) Object.assign(taken, { [name]: chosen });
    }
    return { task, order, steps, original, phrasebook, split, seed, ...taken, redundancies };
  });

function operatorsOf(task: PromptbenchTask): readonly TreeOperator[] {
  return task.endsWith("_logic") ? logicOperators : arithmeticOperators;
}

/**
 * Checks options and fills in defaults.
 *
 * @throws BridgeError `invalid-option` with the path and the reason of every problem found
 */
export function resolvePromptbenchOptions(options: PromptbenchOptions): ResolvedPromptbenchOptions {
  return parseOptions(schema, options, `promptbench/${options.task}`);
}
