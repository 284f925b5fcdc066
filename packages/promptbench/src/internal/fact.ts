import type { Value } from "@bridge-rl/spec";
import type { PromptbenchTask } from "../tasks.js";

/** The operators that premises of trees use. */
export type TreeOperator = "+" | "-" | "*" | "/" | "square" | "sqrt" | "and" | "or" | "not";

/** One node of a DyVal graph, as its line describes it. */
export interface Fact {
  name: string;
  /** Absent for leaves and in the graph tasks. */
  readonly operator: TreeOperator | undefined;
  /** Operands, premises or links, as positions in the list of facts, in the order of the line. */
  readonly children: readonly number[];
  /** The value of a leaf, the given value of an abductive root, the weight of a node on a path. */
  readonly literal: Value | undefined;
  /** Whether the description has a line for it. */
  readonly stated: boolean;
  /** Its value where the draw has computed it already; whoever changes a premise drops it. */
  readonly value?: number | undefined;
  /** The fact that this one stands for, where a chain of premises comes back to itself. */
  readonly circular?: number;
}

/** A coefficient of a linear equation: a number, or the value of a fact. */
export type Coefficient = number | { readonly fact: number };

/** `a x + b y = c`. */
export type Equation = readonly [a: Coefficient, b: Coefficient, c: Coefficient];

/** What a description says, before any order or wording. */
export interface Description {
  readonly task: PromptbenchTask;
  readonly facts: readonly Fact[];
  /** The node asked for; the start of a path; -1 for linear equations, which ask for x and y. */
  readonly query: number;
  /** Where a path has to lead. */
  readonly goal?: number;
  readonly equations?: readonly [Equation, Equation];
}
