import type { GraphNode, ReasoningGraph } from "@bridge-rl/spec";
import type { Verification, VerifiedStep } from "../../verify-solution.js";
import { sampleExpression, sampleOf } from "../verify/ledger.js";

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** What is written between two equals signs: operands, and the signs between them. */
interface Parts {
  readonly operands: number[];
  readonly signs: number[];
  operandCount: number;
  signCount: number;
}

/**
 * Confirms solutions that are right in the ordinary way, in one pass over the characters. It never says what is wrong: whatever it can't
 * confirm (an error, a remark, an unusual wording) is left to the judge, whose verdict on confirmed solutions is the same.
 */
export class Confirmation {
  readonly graph: ReasoningGraph;
  readonly text: string;
  /** By letter (`letterOf`): the node that it stands for, or −1. */
  readonly symbols: number[] = new Array<number>(52).fill(-1);
  readonly derived: boolean[];
  readonly steps: VerifiedStep[] = [];
  /** One literal, since V8 keeps a spread object with a further key as a table, which takes longer than all else here. */
  readonly behaviors: Mutable<Verification["behaviors"]> = {
    attempts: 0,
    successfulAttempts: 0,
    restatements: 0,
    correctRestatements: 0,
    stepwise: 0,
    checks: 0,
    correctChecks: 0,
    plans: 0,
    correctPlans: 0,
    estimates: 0,
    correctEstimates: 0,
    retractions: 0,
    correctRetractions: 0,
    retries: 0,
  };
  #openAttempts = 0;
  #at = 0;
  #end = 0;
  #symbolic = false;
  #allDerived = true;
  /** Of the node whose chain is read. */
  #dependencies: readonly number[] = [];
  #stamp = 0;
  #uses = 0;
  /** By node: the member that used it last. */
  readonly #stamps: number[];
  #parts: Parts = { operands: [], signs: [], operandCount: 0, signCount: 0 };
  #before: Parts = { operands: [], signs: [], operandCount: 0, signCount: 0 };

  constructor(graph: ReasoningGraph, text: string) {
    this.graph = graph;
    this.text = text;
    this.derived = new Array<boolean>(graph.nodes.length).fill(false);
    this.#stamps = new Array<number>(graph.nodes.length).fill(0);
  }

  /** A chain behind "x =" up to `end`: a derivation of the node, right in every member. `partial` ones may be a premise alone. */
  chain(node: GraphNode, start: number, end: number, partial = false): "derivation" | "premise" | undefined {
    const { expression, value } = node;
    this.#at = start;
    this.#end = end;
    this.#dependencies = node.dependencies;
    let computed = 0;
    if (expression.kind !== "constant") {
      const first = this.#member(true);
      if (first !== sampleExpression(expression) || this.#uses !== node.dependencies.length) return undefined;
      if (this.#at === end) return partial ? "premise" : undefined;
      if (!this.#allDerived || !this.#passEquals()) return undefined;
      this.#swap();
      if (this.#member(false) !== value || !this.#substitutes()) return undefined;
      if (isComputed(this.#parts)) computed++;
    } else if (this.#member(false) !== value || isComputed(this.#parts)) return undefined;
    while (this.#at < end) {
      if (!this.#passEquals() || this.#member(false) !== value) return undefined;
      if (isComputed(this.#parts)) computed++;
    }
    if (isComputed(this.#parts)) return undefined;
    if (computed > 1) this.behaviors.stepwise++;
    return "derivation";
  }

  /** Notes a right derivation. */
  derive({ id }: GraphNode, start: number, end: number): void {
    this.derived[id] = true;
    this.behaviors.successfulAttempts += this.#openAttempts;
    this.#openAttempts = 0;
    this.steps.push({ kind: "derive", start, end, node: id, correct: true });
  }

  /** Notes a right premise. */
  restate({ id }: GraphNode, start: number, end: number): void {
    this.behaviors.restatements++;
    this.behaviors.correctRestatements++;
    this.steps.push({ kind: "restate", start, end, node: id, correct: true });
  }

  /** Notes an attempt where exactly what is named is missing. */
  attempt({ id, dependencies }: GraphNode, named: ReadonlySet<number>, start: number, end: number): boolean {
    let missing = 0;
    for (const dependency of dependencies) {
      if (this.derived[dependency]) continue;
      if (!named.has(dependency)) return false;
      missing++;
    }
    if (missing === 0 || missing !== named.size) return false;
    this.behaviors.attempts++;
    this.#openAttempts++;
    this.steps.push({ kind: "attempt", start, end, node: id, correct: true });
    return true;
  }

  /** The verdict, where the target is derived and all answers are right. */
  finish(answers: readonly string[]): Verification | undefined {
    const { value } = this.graph.nodes[this.graph.target] as GraphNode;
    if (!this.derived[this.graph.target] || answers.length === 0 || typeof value !== "number") return undefined;
    const answer = String(value);
    for (const given of answers) if (given !== answer) return undefined;
    return { valid: true, findings: [], steps: this.steps, behaviors: this.behaviors, answer: value, progress: 1 };
  }

  #swap(): void {
    const held = this.#parts;
    this.#parts = this.#before;
    this.#before = held;
  }

  /** Whether the member has the same signs as the one before it, and its values for operands. */
  #substitutes(): boolean {
    const { operands, signs, operandCount, signCount } = this.#parts;
    const before = this.#before;
    if (operandCount !== before.operandCount || signCount !== before.signCount) return false;
    for (let index = 0; index < operandCount; index++) if (operands[index] !== before.operands[index]) return false;
    for (let index = 0; index < signCount; index++) if (signs[index] !== before.signs[index]) return false;
    return true;
  }

  /** Reads a member up to an equals sign or the end: its value, at the sample point where it is symbolic; NaN where it is none. */
  #member(symbolic: boolean): number {
    this.#symbolic = symbolic;
    this.#allDerived = true;
    this.#stamp++;
    this.#uses = 0;
    this.#parts.operandCount = 0;
    this.#parts.signCount = 0;
    const value = this.#sum();
    return this.#at === this.#end || this.text.charCodeAt(this.#at) === equals ? value : Number.NaN;
  }

  #passEquals(): boolean {
    if (this.#at >= this.#end || this.text.charCodeAt(this.#at) !== equals) return false;
    this.#at++;
    return true;
  }

  #sum(): number {
    let value = this.#product();
    for (;;) {
      const code = this.#peek();
      if (code !== plus && code !== minus) return value;
      this.#sign(code);
      const right = this.#product();
      value = this.#reduce(code === plus ? value + right : value - right);
    }
  }

  #product(): number {
    let value = this.#atom();
    while (this.#peek() === times) {
      this.#sign(times);
      value = this.#reduce(value * this.#atom());
    }
    return value;
  }

  #atom(): number {
    const code = this.#peek();
    if (code === opening) {
      this.#sign(opening);
      const inner = this.#sum();
      if (this.#peek() !== closing) return Number.NaN;
      this.#sign(closing);
      return inner;
    }
    if (code >= 48 && code <= 57) return this.#number(1);
    if (code === minus) {
      this.#at++;
      const next = this.#peek();
      return next >= 48 && next <= 57 ? this.#number(-1) : Number.NaN;
    }
    return this.#symbolic ? this.#letter(code) : Number.NaN;
  }

  #number(sign: 1 | -1): number {
    let value = 0;
    for (let code = this.text.charCodeAt(this.#at); code >= 48 && code <= 57 && this.#at < this.#end; ) {
      value = value * 10 + code - 48;
      code = this.text.charCodeAt(++this.#at);
    }
    return this.#operand(sign * value, sign * value);
  }

  #letter(code: number): number {
    const letter = letterOf(code);
    const node = letter === -1 ? -1 : (this.symbols[letter] as number);
    if (node === -1 || letterOf(this.text.charCodeAt(this.#at + 1)) !== -1) return Number.NaN;
    this.#at++;
    if (!this.derived[node]) this.#allDerived = false;
    if (this.#stamps[node] !== this.#stamp) {
      // What a factor of 0 hides is a dependency all the same.
      if (!this.#dependencies.includes(node)) return Number.NaN;
      this.#stamps[node] = this.#stamp;
      this.#uses++;
    }
    return this.#operand((this.graph.nodes[node] as GraphNode).value as number, sampleOf(node));
  }

  #operand(shown: number, value: number): number {
    const parts = this.#parts;
    parts.operands[parts.operandCount++] = shown;
    return value;
  }

  #sign(code: number): void {
    this.#at++;
    const parts = this.#parts;
    parts.signs[parts.signCount++] = code;
  }

  /** The next character that is no blank, 0 at the end. */
  #peek(): number {
    while (this.#at < this.#end) {
      const code = this.text.charCodeAt(this.#at);
      if (code !== 32) return code;
      this.#at++;
    }
    return 0;
  }

  #reduce(value: number): number {
    const { modulus } = this.graph;
    return this.#symbolic || modulus === undefined ? value + 0 : ((value % modulus) + modulus) % modulus;
  }
}

const [plus, minus, times, opening, closing, equals] = [43, 45, 42, 40, 41, 61];

/** Whether something is computed in a member, which else is a bare operand. */
function isComputed({ operandCount, signCount }: Parts): boolean {
  return operandCount + signCount > 1;
}

/** The place of a letter among the 52, or −1 for other characters. */
export function letterOf(code: number): number {
  if (code >= 97 && code <= 122) return code - 97;
  return code >= 65 && code <= 90 ? code - 39 : -1;
}
