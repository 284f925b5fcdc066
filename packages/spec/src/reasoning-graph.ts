/** What a node can hold: a number, a truth value, or a word such as "N/A". */
export type Value = number | boolean | string;

/**
 * The operators of the built-in sources. `square`, `sqrt`, `not`, `implied` and `refuted` take one operand, `pair` two.
 *
 * `"N/A"` stands for a value that cannot be known: arithmetic on it gives `"N/A"`, and `and`, `or` and `not` follow Kleene's three-valued
 * logic. `max` is the largest of the values that are known. `implied` is true where its premise is true and else `"N/A"`, `refuted` false
 * where its conclusion is false and else `"N/A"`. `pair` writes two values side by side, a space between them.
 */
export type Operator = "+" | "-" | "*" | "/" | "square" | "sqrt" | "and" | "or" | "not" | "max" | "implied" | "refuted" | "pair";

/** How a node is computed: a small tree of constants, references to other nodes, and operators. */
export type Expression =
  | { readonly kind: "constant"; readonly value: Value }
  | { readonly kind: "reference"; readonly node: number }
  | { readonly kind: "operation"; readonly operator: Operator; readonly operands: readonly Expression[] };

/** One quantity of a problem. */
export interface GraphNode {
  /** Position in `graph.nodes`. */
  readonly id: number;
  /** What a person calls it, for example `each Canvas Bag's Notebook`. Unique in its graph. */
  readonly name: string;
  /** What the source knows of it beyond its name, for its phrasebooks. Plain JSON. */
  readonly label?: Readonly<Record<string, string | number | boolean>>;
  /** The nodes whose values it needs, each once, in the order of first use. All smaller than `id`. */
  readonly dependencies: readonly number[];
  readonly expression: Expression;
  readonly value: Value;
  /** Whether the target depends on it (the target itself included). */
  readonly necessary: boolean;
  /** Whether the prompt says how it is computed; otherwise it has to be inferred. */
  readonly stated: boolean;
}

/** A problem's quantities as a directed acyclic graph. Nodes stand in a topological order. Plain JSON. */
export interface ReasoningGraph {
  readonly nodes: readonly GraphNode[];
  /** The node that the question asks for. */
  readonly target: number;
  /** All arithmetic is modulo this number; absent for ordinary numbers. */
  readonly modulus?: number;
}

/** Which nodes are solved, as a solution proceeds (arXiv 2505.18917, §3.3). */
export interface GraphState {
  readonly graph: ReasoningGraph;
  isSolved(node: number): boolean;
  /** Solvable now, but not solved. */
  isUnlocked(node: number): boolean;
  /** Some dependency is unsolved. */
  isLocked(node: number): boolean;
  /** Locked nodes, in the order of the graph. */
  locked(): GraphNode[];
  /** Unlocked, unsolved nodes, in the order of the graph. */
  unlocked(): GraphNode[];
  /** The unsolved dependencies of a node, in its order. */
  missing(node: number): number[];
  /** Marks a node as solved. @throws BridgeError `invalid-trace` where it is locked or unknown */
  solve(node: number): void;
  /** Follows one step of a trace: only `derive` changes anything. */
  apply(step: import("./trace.js").Step): void;
  clone(): GraphState;
}
