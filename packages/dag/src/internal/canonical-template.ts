import { BridgeError, type Expression, type GraphNode, mix32, type Operator, type ReasoningGraph } from "@bridge-rl/spec";

/**
 * Writes what the target is computed from in one canonical form: two graphs have the same text exactly where they differ in names,
 * constants, distractors, and the order of nodes and of exchangeable operands alone.
 *
 * Exchangeable operands stand in the order of their colours, 32-bit hashes of what a node rests on and of what rests on it
 * (Weisfeiler–Leman refinement along the graph's two directions), and of equal colours in the order in which they were written. Where
 * that leaves a tie, the colours are refined with what has been written so far, and what is tied still is tried in every order: the
 * smallest text is taken.
 */
export function canonicalTemplate(graph: ReasoningGraph): string {
  const writer = new TemplateWriter(graph);
  const text = writer.write([]);
  return writer.arities.length === 0 ? text : smallest(writer, [], text, writer.arities.slice());
}

/**
 * The smallest text of all whose choices start with `prefix`.
 *
 * Two branches that lead to the same text are images of each other under a symmetry of the graph that leaves the prefix alone, so all their
 * texts are the same and one branch is enough.
 *
 * @param first    the text of the prefix followed by first choices alone
 * @param arities  of that text: how many alternatives each of its choices has
 */
function smallest(writer: TemplateWriter, prefix: readonly number[], first: string, arities: readonly number[]): string {
  let best = first;
  for (let depth = arities.length - 1; depth >= prefix.length; depth--) {
    const seen = new Set([first]);
    for (let choice = 1; choice < (arities[depth] as number); choice++) {
      const branch = [...prefix, ...new Array<number>(depth - prefix.length).fill(0), choice];
      const text = writer.write(branch);
      if (seen.has(text)) continue;
      seen.add(text);
      const found = smallest(writer, branch, text, writer.arities.slice());
      if (found < best) best = found;
    }
  }
  return best;
}

const codes: Readonly<Record<Operator, number>> = {
  "+": 1,
  "-": 2,
  "*": 3,
  "/": 4,
  square: 5,
  sqrt: 6,
  and: 7,
  or: 8,
  not: 9,
  max: 10,
  implied: 11,
  refuted: 12,
  pair: 13,
};

function isExchangeable(operator: Operator): boolean {
  return operator === "+" || operator === "*" || operator === "and" || operator === "or" || operator === "max";
}

const numberColor = 0x5bd1e995;
const wordColor = 0x2545f491;

const unwritten = -1;
const underway = -2;

class TemplateWriter {
  /** Of the last text: how many alternatives each choice had that could matter. */
  readonly arities: number[] = [];
  readonly #nodes: readonly GraphNode[];
  readonly #target: number;
  readonly #colors: number[];
  /** How often each node is referred to. */
  readonly #useCounts: number[];
  /** How many nodes were begun before each, or −1. */
  readonly #begun: number[];
  /** How many nodes were complete before each, once it is complete. */
  readonly #numbers: number[];
  #beginnings = 0;
  #written = 0;
  #choices: readonly number[] = [];

  constructor({ nodes, target }: ReasoningGraph) {
    this.#nodes = nodes;
    this.#target = target;
    // Plain arrays: typed ones of more than 64 bytes are costly to make, and graphs are small.
    this.#colors = new Array<number>(nodes.length).fill(0);
    this.#useCounts = new Array<number>(nodes.length).fill(0);
    this.#begun = new Array<number>(nodes.length).fill(-1);
    this.#numbers = new Array<number>(nodes.length).fill(unwritten);
    for (const { expression, necessary } of nodes) if (necessary) countUses(expression, this.#useCounts);
    this.#colorFromOperands(this.#colors);
    this.#colorFromUses(this.#colors);
    this.#colorFromOperands(this.#colors);
  }

  /** @param choices  which of the tied operands comes next, tie by tie; the first where there is no entry */
  write(choices: readonly number[]): string {
    this.#choices = choices;
    this.arities.length = 0;
    this.#begun.fill(-1);
    this.#numbers.fill(unwritten);
    this.#beginnings = 0;
    this.#written = 0;
    return this.#node(this.#target);
  }

  #colorFromOperands(colors: number[]): void {
    for (const { id, expression, necessary } of this.#nodes) {
      if (necessary) colors[id] = mix32((colors[id] as number) ^ colorOf(expression, colors)) | 0;
    }
  }

  #colorFromUses(colors: number[]): void {
    const uses = new Array<number>(this.#nodes.length).fill(0);
    for (let id = this.#nodes.length - 1; id >= 0; id--) {
      const { necessary, expression } = this.#nodes[id] as GraphNode;
      if (!necessary) continue;
      const color = mix32((colors[id] as number) ^ mix32(uses[id] as number));
      colors[id] = color | 0;
      addUses(expression, color, uses);
    }
  }

  /** Colours that also tell apart what has been begun in the text, refined until they tell no more nodes apart. */
  #refinedColors(): number[] {
    const colors = this.#colors.map((color, id) => mix32(color ^ mix32((this.#begun[id] as number) + 1)) | 0);
    for (let count = 0, known = -1; count > known; ) {
      known = count;
      this.#colorFromOperands(colors);
      this.#colorFromUses(colors);
      count = new Set(colors).size;
    }
    return colors;
  }

  #node(id: number): string {
    const node = this.#nodes[id];
    if (node === undefined) throw new BridgeError("invalid-graph", `there is no node ${id} in a graph of ${this.#nodes.length} nodes`);
    const known = this.#numbers[id] as number;
    if (known >= 0) return `${known}`;
    if (known === underway) throw new BridgeError("invalid-graph", `node ${id} (${node.name}) depends on itself`);
    this.#numbers[id] = underway;
    this.#begun[id] = this.#beginnings++;
    const text = this.#expression(node.expression);
    this.#numbers[id] = this.#written++;
    return `[${text}]`;
  }

  #expression(expression: Expression): string {
    if (expression.kind === "constant") return typeof expression.value === "string" ? "?" : "c";
    if (expression.kind === "reference") return this.#node(expression.node);
    const { operator, operands } = expression;
    let text = `(${operator}`;
    if (!isExchangeable(operator)) {
      for (const operand of operands) text += `${this.#expression(operand)},`;
      return `${text})`;
    }
    const rest = operands.slice();
    const colors: number[] = [];
    for (const operand of operands) colors.push(colorOf(operand, this.#colors));
    sortByColor(rest, colors);
    for (let index = 0; index < rest.length; index++) {
      if (colors[index] === colors[index + 1]) this.#bringNext(rest, index, colors.lastIndexOf(colors[index] as number));
      text += this.#expression(rest[index] as Expression);
      text += ",";
    }
    return `${text})`;
  }

  /** Of operands with equal colours, what has been written already comes first, in the order in which it was; else there is a choice. */
  #bringNext(operands: Expression[], start: number, last: number): void {
    let best = start;
    let tied: number[] | undefined;
    for (let index = start + 1; index <= last; index++) {
      const operand = operands[index] as Expression;
      const order = this.#compareRanks(operand, operands[best] as Expression);
      if (order < 0) {
        best = index;
        tied = undefined;
      } else if (order === 0 && !(tied ?? [best]).some((other) => this.#interchangeable(operand, operands[other] as Expression))) {
        tied = [...(tied ?? [best]), index];
      }
    }
    if (tied !== undefined) best = this.#choose(operands, tied);
    const held = operands[start] as Expression;
    operands[start] = operands[best] as Expression;
    operands[best] = held;
  }

  #choose(operands: readonly Expression[], tied: readonly number[]): number {
    const refined = this.#refinedColors();
    const colors = tied.map((index) => colorOf(operands[index] as Expression, refined));
    const smallestColor = Math.min(...colors);
    const left = tied.filter((_, place) => colors[place] === smallestColor);
    if (left.length === 1) return left[0] as number;
    const choice = this.#choices[this.arities.length] ?? 0;
    this.arities.push(left.length);
    return left[choice] as number;
  }

  #compareRanks(left: Expression, right: Expression): number {
    const first = this.#rank(left);
    const second = this.#rank(right);
    return first < second ? -1 : first > second ? 1 : 0;
  }

  #rank(expression: Expression): number {
    if (expression.kind === "constant") return 0;
    if (expression.kind === "operation") return Math.min(...expression.operands.map((operand) => this.#rank(operand)));
    const number = this.#numbers[expression.node] as number;
    return number < 0 ? Number.POSITIVE_INFINITY : number;
  }

  /** Whether two operands of one operation can change places without a trace. It may say no where they could. */
  #interchangeable(left: Expression, right: Expression): boolean {
    if (left.kind === "reference" && right.kind === "reference") {
      if (left.node === right.node) return true;
      if (this.#useCounts[left.node] !== 1 || this.#useCounts[right.node] !== 1) return false;
      const first = this.#nodes[left.node] as GraphNode;
      const second = this.#nodes[right.node] as GraphNode;
      return this.#interchangeable(first.expression, second.expression);
    }
    if (left.kind === "constant" && right.kind === "constant")
      return (typeof left.value === "string") === (typeof right.value === "string");
    if (left.kind !== "operation" || right.kind !== "operation") return false;
    if (left.operator !== right.operator || left.operands.length !== right.operands.length) return false;
    for (let index = 0; index < left.operands.length; index++) {
      if (!this.#interchangeable(left.operands[index] as Expression, right.operands[index] as Expression)) return false;
    }
    return true;
  }
}

function colorOf(expression: Expression, colors: number[]): number {
  if (expression.kind === "constant") return typeof expression.value === "string" ? wordColor : numberColor;
  if (expression.kind === "reference") return mix32((colors[expression.node] as number) + 0x27d4eb2f);
  const { operator, operands } = expression;
  const code = codes[operator];
  let color = code;
  // A sum of hashes does not depend on their order.
  if (isExchangeable(operator)) for (const operand of operands) color = (color + mix32(colorOf(operand, colors))) | 0;
  else for (const operand of operands) color = mix32(Math.imul(color ^ colorOf(operand, colors), 0x01000193));
  return mix32(color + code);
}

/** Adds to each node that an expression refers to a hash of who uses it, and in which role. */
function addUses(expression: Expression, role: number, uses: number[]): void {
  if (expression.kind === "constant") return;
  if (expression.kind === "reference") {
    uses[expression.node] = ((uses[expression.node] as number) + mix32(role)) | 0;
    return;
  }
  const { operator, operands } = expression;
  const exchangeable = isExchangeable(operator);
  for (let index = 0; index < operands.length; index++) {
    addUses(operands[index] as Expression, mix32(role + codes[operator] + (exchangeable ? 0 : 16 * index)), uses);
  }
}

function countUses(expression: Expression, counts: number[]): void {
  if (expression.kind === "reference") counts[expression.node] = (counts[expression.node] as number) + 1;
  else if (expression.kind === "operation") for (const operand of expression.operands) countUses(operand, counts);
}

/** Sorts both lists by the second; they are short. */
function sortByColor(operands: Expression[], colors: number[]): void {
  for (let index = 1; index < operands.length; index++) {
    const operand = operands[index] as Expression;
    const color = colors[index] as number;
    let place = index;
    for (; place > 0 && (colors[place - 1] as number) > color; place--) {
      operands[place] = operands[place - 1] as Expression;
      colors[place] = colors[place - 1] as number;
    }
    operands[place] = operand;
    colors[place] = color;
  }
}
