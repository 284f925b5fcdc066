import { BridgeError, type Expression, type GraphNode, type Operator, type ReasoningGraph } from "@bridge-rl/spec";
import { AsciiWriter } from "./ascii-writer.js";

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
  const text = writer.write(none);
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

/** What an operator adds to a colour. */
function codeOf(operator: Operator): number {
  switch (operator) {
    case "+":
      return 1;
    case "-":
      return 2;
    case "*":
      return 3;
    case "/":
      return 4;
    case "square":
      return 5;
    case "sqrt":
      return 6;
    case "and":
      return 7;
    case "or":
      return 8;
    case "not":
      return 9;
    case "max":
      return 10;
    case "implied":
      return 11;
    case "refuted":
      return 12;
    case "pair":
      return 13;
  }
}

/** `mix32` from and to signed words, which engines keep as small integers; what is compared in size is made unsigned first. */
function mix(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function isExchangeable(operator: Operator): boolean {
  return operator === "+" || operator === "*" || operator === "and" || operator === "or" || operator === "max";
}

const numberColor = 0x5bd1e995;
const wordColor = 0x2545f491;

const none: readonly number[] = [];

const unwritten = -1;
const underway = -2;

class TemplateWriter {
  /** Of the last text: how many alternatives each choice had that could matter. */
  readonly arities: number[] = [];
  readonly #nodes: readonly GraphNode[];
  readonly #target: number;
  readonly #colors: number[];
  /** How many nodes were begun before each, or −1. */
  readonly #begun: number[];
  /** How many nodes were complete before each, once it is complete. */
  readonly #numbers: number[];
  #beginnings = 0;
  #written = 0;
  #choices: readonly number[] = none;
  readonly #text: AsciiWriter = new AsciiWriter();

  constructor({ nodes, target }: ReasoningGraph) {
    this.#nodes = nodes;
    this.#target = target;
    // Plain arrays: typed ones of more than 64 bytes are costly to make, and graphs are small.
    this.#colors = new Array<number>(nodes.length).fill(0);
    this.#begun = new Array<number>(nodes.length).fill(-1);
    this.#numbers = new Array<number>(nodes.length).fill(unwritten);
    this.#colorFromOperands(this.#colors);
    this.#colorFromUses(this.#colors);
    this.#colorFromOperands(this.#colors);
  }

  /** @param choices  which of the tied operands comes next, tie by tie; the first where there is no entry */
  write(choices: readonly number[]): string {
    this.#choices = choices;
    if (this.#beginnings > 0) {
      this.arities.length = 0;
      this.#begun.fill(-1);
      this.#numbers.fill(unwritten);
      this.#beginnings = 0;
      this.#written = 0;
      this.#text.clear();
    }
    this.#node(this.#target);
    return this.#text.toString();
  }

  #colorFromOperands(colors: number[]): void {
    const nodes = this.#nodes;
    for (let index = 0; index < nodes.length; index++) {
      const { id, expression, necessary } = nodes[index] as GraphNode;
      if (necessary) colors[id] = mix((colors[id] as number) ^ colorOf(expression, colors));
    }
  }

  #colorFromUses(colors: number[]): void {
    const nodes = this.#nodes;
    const uses = new Array<number>(nodes.length).fill(0);
    for (let id = nodes.length - 1; id >= 0; id--) {
      const { necessary, expression } = nodes[id] as GraphNode;
      if (!necessary) continue;
      const color = mix((colors[id] as number) ^ mix(uses[id] as number));
      colors[id] = color;
      addUses(expression, color, uses);
    }
  }

  /** Colours that also tell apart what has been begun in the text, refined until they tell no more nodes apart. */
  #refinedColors(): number[] {
    const colors = this.#colors.map((color, id) => mix(color ^ mix((this.#begun[id] as number) + 1)));
    for (let count = 0, known = -1; count > known; ) {
      known = count;
      this.#colorFromOperands(colors);
      this.#colorFromUses(colors);
      count = new Set(colors).size;
    }
    return colors;
  }

  #node(id: number): void {
    const node = this.#nodes[id];
    if (node === undefined) throw new BridgeError("invalid-graph", `there is no node ${id} in a graph of ${this.#nodes.length} nodes`);
    const known = this.#numbers[id] as number;
    if (known >= 0) {
      this.#text.writeNumber(known);
      return;
    }
    if (known === underway) throw new BridgeError("invalid-graph", `node ${id} (${node.name}) depends on itself`);
    this.#numbers[id] = underway;
    this.#begun[id] = this.#beginnings++;
    this.#text.writeCode(91);
    this.#expression(node.expression);
    this.#text.writeCode(93);
    this.#numbers[id] = this.#written++;
  }

  #expression(expression: Expression): void {
    if (expression.kind === "reference") this.#node(expression.node);
    else if (expression.kind === "constant") this.#text.writeCode(typeof expression.value === "string" ? 63 : 99);
    else {
      const { operator, operands } = expression;
      this.#text.writeCode(40);
      this.#text.write(operator);
      if (isExchangeable(operator)) this.#exchangeable(operands);
      else for (let index = 0; index < operands.length; index++) this.#operand(operands[index] as Expression);
      this.#text.writeCode(41);
    }
  }

  #operand(operand: Expression): void {
    this.#expression(operand);
    this.#text.writeCode(44);
  }

  #exchangeable(operands: readonly Expression[]): void {
    if (operands.length === 2) {
      const [left, right] = operands as readonly [Expression, Expression];
      const first = colorOf(left, this.#colors) >>> 0;
      const second = colorOf(right, this.#colors) >>> 0;
      if (first !== second) {
        this.#operand(first < second ? left : right);
        this.#operand(first < second ? right : left);
        return;
      }
    }
    const rest = operands.slice();
    const colors: number[] = [];
    for (let index = 0; index < operands.length; index++) colors.push(colorOf(operands[index] as Expression, this.#colors) >>> 0);
    sortByColor(rest, colors);
    for (let index = 0; index < rest.length; index++) {
      if (colors[index] === colors[index + 1]) this.#bringNext(rest, index, colors.lastIndexOf(colors[index] as number));
      this.#operand(rest[index] as Expression);
    }
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
    const colors = tied.map((index) => colorOf(operands[index] as Expression, refined) >>> 0);
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

  #isUsedOnce(node: number): boolean {
    let count = 0;
    for (const { expression, necessary } of this.#nodes) if (necessary) count += usesOf(expression, node);
    return count === 1;
  }

  /** Whether two operands of one operation can change places without a trace. It may say no where they could. */
  #interchangeable(left: Expression, right: Expression): boolean {
    if (left.kind === "reference" && right.kind === "reference") {
      if (left.node === right.node) return true;
      if (!this.#isUsedOnce(left.node) || !this.#isUsedOnce(right.node)) return false;
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

function colorOf(expression: Expression, colors: readonly number[]): number {
  if (expression.kind !== "operation") return leafColor(expression, colors);
  const { operator, operands } = expression;
  const code = codeOf(operator);
  const exchangeable = isExchangeable(operator);
  let color = code;
  for (let index = 0; index < operands.length; index++) {
    const operand = operands[index] as Expression;
    const inner = operand.kind === "operation" ? colorOf(operand, colors) : leafColor(operand, colors);
    // A sum of hashes does not depend on their order.
    color = exchangeable ? (color + mix(inner)) | 0 : mix(Math.imul(color ^ inner, 0x01000193));
  }
  return mix((color + code) | 0);
}

function leafColor(leaf: Exclude<Expression, { kind: "operation" }>, colors: readonly number[]): number {
  if (leaf.kind === "reference") return mix(((colors[leaf.node] as number) + 0x27d4eb2f) | 0);
  return typeof leaf.value === "string" ? wordColor : numberColor;
}

/** Adds to each node that an expression refers to a hash of who uses it, and in which role. */
function addUses(expression: Expression, role: number, uses: number[]): void {
  if (expression.kind === "constant") return;
  if (expression.kind === "reference") {
    addUse(expression.node, role, uses);
    return;
  }
  const { operator, operands } = expression;
  const code = codeOf(operator);
  const place = isExchangeable(operator) ? 0 : 16;
  for (let index = 0; index < operands.length; index++) {
    const operand = operands[index] as Expression;
    const inner = mix((role + code + place * index) | 0);
    if (operand.kind === "reference") addUse(operand.node, inner, uses);
    else if (operand.kind === "operation") addUses(operand, inner, uses);
  }
}

function addUse(node: number, role: number, uses: number[]): void {
  uses[node] = ((uses[node] as number) + mix(role)) | 0;
}

/** How often an expression refers to a node. */
function usesOf(expression: Expression, node: number): number {
  if (expression.kind === "reference") return expression.node === node ? 1 : 0;
  if (expression.kind === "constant") return 0;
  let count = 0;
  for (const operand of expression.operands) count += usesOf(operand, node);
  return count;
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
