import type { GraphNode, ReasoningGraph } from "@bridge-rl/spec";
import type { Verification } from "../../verify-solution.js";
import { readFormula } from "../parse/read-formula.js";
import { sampleExpression } from "../verify/ledger.js";
import { readNames } from "../verify/read-aside.js";
import { readBoxes } from "../verify/read-boxes.js";
import { conclusion, setback, setbackTail } from "../verify/read-prose.js";
import { Confirmation, letterOf } from "./confirmation.js";

/** Confirms a solution in prose of derivations, premises and attempts, or leaves it to the judge. */
export function confirmProse(graph: ReasoningGraph, text: string): Verification | undefined {
  return new ProseConfirmation(graph, text).confirm();
}

/** What the opening of a bullet says besides the name: nothing, a number (`is 7`), or a symbol before or behind it. */
type Opening = readonly [words: string, says: "nothing" | "number" | "symbol" | "as symbol"];

/** By their first letter. */
const openings: Readonly<Record<string, readonly Opening[]>> = {
  A: [["According to the information given, the number of ", "number"]],
  N: [
    ["Now, let's look at the number of ", "nothing"],
    ["Next, we turn to the number of ", "nothing"],
    ["Now, we can find the number of ", "nothing"],
    ["Next, let's define the number of ", "as symbol"],
  ],
  T: [
    ["The number of ", "number"],
    ["The premises say that the number of ", "number"],
    ["Then, let's call the number of ", "symbol"],
    ["Then, let's denote the number of ", "as symbol"],
  ],
  W: [
    ["We are told that the number of ", "number"],
    ["We can then calculate the number of ", "nothing"],
  ],
};

/** `Next, let x be the number of`: what stands before and behind the symbol. */
const lettings: readonly (readonly [before: string, behind: string])[] = [
  ["Next, let ", " be the number of "],
  ["Next, let ", " represent the number of "],
  ["Now, let ", " stand for the number of "],
];

/** Sentences that give the symbol: what stands before it and behind it. */
const namings: readonly (readonly [before: string, behind: string])[] = [
  ["Call it ", ""],
  ["Let it be ", ""],
  ["We write ", " for it"],
  ["Let's denote it as ", ""],
  ["Let's call it ", ""],
];

const reminder = "Remember that it has been denoted as ";
const premise = "We know that it equals ";

class ProseConfirmation {
  readonly #state: Confirmation;
  readonly #text: string;
  readonly #byName: Map<string, GraphNode> = new Map();
  /** By node: the letter's code, 0 before it is named. */
  readonly #letters: number[];
  /** Where the next sentence begins, and where the bullet ends. */
  #at = 0;
  #end = 0;

  constructor(graph: ReasoningGraph, text: string) {
    this.#state = new Confirmation(graph, text);
    this.#text = text;
    this.#letters = new Array<number>(graph.nodes.length).fill(0);
    for (const node of graph.nodes) this.#byName.set(node.name, node);
  }

  confirm(): Verification | undefined {
    const text = this.#text;
    const answers: string[] = [];
    const closing = text.indexOf("</think>");
    const end = closing === -1 ? text.length : closing;
    for (let start = 0; start < end; ) {
      const newline = text.indexOf("\n", start);
      const until = newline === -1 || newline > end ? end : newline;
      if (text.startsWith("- ", start)) {
        if (!this.#bullet(start, until)) return undefined;
      } else if (text.startsWith("Define ", start)) return undefined;
      else if (text.startsWith(conclusion, start)) {
        const stop = text.indexOf(".", start + conclusion.length);
        answers.push(text.slice(start + conclusion.length, stop === -1 || stop > until ? until : stop).trim());
      }
      start = until + 1;
    }
    const boxes = readBoxes(text);
    return boxes.length === 0 ? undefined : this.#state.finish([...answers, ...boxes.map((box) => box.text)]);
  }

  #bullet(start: number, end: number): boolean {
    const state = this.#state;
    const text = this.#text;
    this.#at = start + 2;
    this.#end = end;
    const node = this.#opening();
    if (node === undefined || text.charCodeAt(end - 1) !== 46) return false;
    while (text.startsWith(premise, this.#at)) {
      const stop = this.#stop();
      const expression = readFormula(text.slice(this.#at + premise.length, stop), (name) => this.#byName.get(`each ${name}`)?.id);
      if (expression === undefined || sampleExpression(expression) !== sampleExpression(node.expression)) return false;
      state.restate(node, this.#at, stop);
      if (stop === end - 1) return false;
      this.#at = stop + 2;
    }
    // What is left has to be one sentence.
    if (this.#stop() !== end - 1) return false;
    const then = text.startsWith("Then ", this.#at) ? 5 : text.startsWith("So ", this.#at) ? 3 : 0;
    if (then === 0) return this.#attempt(node, start);
    const at = this.#at + then;
    if (text.charCodeAt(at) !== this.#letters[node.id] || !text.startsWith(" =", at + 1)) return false;
    if (!node.necessary || state.derived[node.id] || state.chain(node, at + 3, end - 1) !== "derivation") return false;
    state.derive(node, start, end);
    return true;
  }

  #attempt(node: GraphNode, start: number): boolean {
    const sentence = this.#text.slice(this.#at, this.#end - 1);
    if (!setback.test(sentence)) return false;
    const first = sentence.indexOf("each ");
    if (first === -1) return false;
    const named = new Set<number>();
    for (const { text } of readNames(this.#text, this.#at + first, sentence.slice(first).replace(setbackTail, ""))) {
      const missing = this.#byName.get(`each ${text}`);
      if (missing === undefined) return false;
      named.add(missing.id);
    }
    return this.#state.attempt(node, named, start, this.#end);
  }

  /** Reads which quantity the bullet is about and how it is called, and goes on to the next sentence. */
  #opening(): GraphNode | undefined {
    const text = this.#text;
    const stop = this.#stop();
    if (stop >= this.#end - 1) return undefined;
    for (const [words, says] of openings[text.charAt(this.#at)] ?? []) {
      if (!text.startsWith(words, this.#at)) continue;
      const from = this.#at + words.length;
      this.#at = stop + 2;
      if (says === "nothing") return this.#named(this.#byName.get(text.slice(from, stop)));
      if (says === "number") return this.#given(from, stop);
      const behind = says === "symbol" ? 2 : 5;
      if (says === "as symbol" && !text.startsWith(" as ", stop - behind)) return undefined;
      if (text.charCodeAt(stop - 2) !== 32 || this.#byName.has(text.slice(from, stop))) return undefined;
      return this.#call(this.#byName.get(text.slice(from, stop - behind)), stop - 1);
    }
    for (const [before, behind] of lettings) {
      const at = this.#at + before.length;
      if (!text.startsWith(before, this.#at) || !text.startsWith(behind, at + 1)) continue;
      this.#at = stop + 2;
      return this.#call(this.#byName.get(text.slice(at + 1 + behind.length, stop)), at);
    }
    return undefined;
  }

  /** `each A's B is 7`, and a sentence that gives the symbol. */
  #given(from: number, stop: number): GraphNode | undefined {
    const text = this.#text;
    const is = text.lastIndexOf(" is ", stop);
    const node = is < from ? undefined : this.#byName.get(text.slice(from, is));
    if (node?.expression.kind !== "constant" || text.slice(is + 4, stop) !== String(node.expression.value)) return undefined;
    return this.#byName.has(text.slice(from, stop)) ? undefined : this.#named(node);
  }

  /** A sentence that gives the symbol, or reminds of it. */
  #named(node: GraphNode | undefined): GraphNode | undefined {
    const text = this.#text;
    const stop = this.#stop();
    const start = this.#at;
    if (node === undefined || stop >= this.#end - 1) return undefined;
    this.#at = stop + 2;
    for (const [before, behind] of namings) {
      const at = start + before.length;
      if (!text.startsWith(before, start) || at + 1 + behind.length !== stop || !text.startsWith(behind, at + 1)) continue;
      return this.#call(node, at);
    }
    const at = start + reminder.length;
    const reminds = text.startsWith(reminder, start) && at + 1 === stop && this.#letters[node.id] === text.charCodeAt(at);
    return reminds ? node : undefined;
  }

  /** Gives a symbol that stands for nothing yet to a quantity that has none. */
  #call(node: GraphNode | undefined, at: number): GraphNode | undefined {
    const code = this.#text.charCodeAt(at);
    const { symbols } = this.#state;
    const letter = letterOf(code);
    if (node === undefined || letter === -1 || symbols[letter] !== -1 || this.#letters[node.id] !== 0) return undefined;
    symbols[letter] = node.id;
    this.#letters[node.id] = code;
    return node;
  }

  /** Where the sentence ends: at its full stop. */
  #stop(): number {
    const stop = this.#text.indexOf(". ", this.#at);
    return stop === -1 || stop >= this.#end ? this.#end - 1 : stop;
  }
}
