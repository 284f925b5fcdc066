import { VerificationRecord } from "@bridge-rl/dag";
import { noVerifiedBehaviors, type Value } from "@bridge-rl/spec";
import { answerMatches } from "../../answer-matches.js";
import type { BehaviorCounts, FindingKind, Verification, VerifiedStep } from "../../verify-solution.js";
import { parseAnswer } from "../parse-answer.js";
import { checkAgain, checkEstimate, checkPlan } from "./check-claims.js";
import { type ChainContext, checkComparisons, checkDerivation } from "./check-derivation.js";
import { isLineOf, lineHolds } from "./check-line.js";
import { namesIn } from "./formula.js";
import { agree, exactly, type Measure } from "./measure.js";
import type { Quantities } from "./quantities.js";
import { readFormula } from "./read-formula.js";
import type { Derivation, Member, Statement, Statements, Word } from "./statement.js";

type StatementOf<Kind extends Statement["kind"]> = Extract<Statement, { kind: Kind }>;

/** Follows a solution statement by statement and notes what is wrong. */
export class Judge {
  readonly #quantities: Quantities;
  readonly #solution: Statements;
  readonly #completion: string;
  /** What each node was found to be, as the text writes it. */
  readonly #known: Map<number, Measure> = new Map();
  /** Nodes that some derivation is about. */
  readonly #derived: Set<number> = new Set();
  readonly #record: VerificationRecord<FindingKind, VerifiedStep["kind"], BehaviorCounts> = new VerificationRecord(noVerifiedBehaviors());
  readonly #context: ChainContext;

  constructor(quantities: Quantities, solution: Statements, completion: string) {
    this.#quantities = quantities;
    this.#solution = solution;
    this.#completion = completion;
    this.#context = {
      quantities,
      known: this.#known,
      isDerivedLater: (node) => this.#derived.has(node),
      report: (kind, message, start, end) => this.#record.report(kind, message, start, end),
    };
  }

  judge(): Verification {
    const { graph } = this.#quantities;
    for (const statement of this.#solution.statements) {
      if (statement.kind !== "derive") continue;
      const node = this.#subject(statement);
      if (node === undefined) continue;
      // What stands for a quantity in several places has one name for all of them.
      const isStandIn = graph.nodes[node]?.label?.circular !== undefined;
      for (const one of isStandIn ? this.#quantities.standIns(statement.name.text) : [node]) this.#derived.add(one);
    }
    const necessary = graph.nodes.filter((node) => node.necessary).length;
    let right = 0;
    for (const statement of this.#solution.statements) {
      const node = this.#subject(statement);
      const isNew = node !== undefined && !this.#known.has(node);
      if (node === undefined) {
        const { text, start, end } = statement.name;
        this.#record.report("unknown-parameter", `the problem has no "${text}"`, start, end);
      }
      this.#check(statement, node);
      if (this.#record.isSound && statement.kind === "derive" && isNew && graph.nodes[node]?.necessary === true) right++;
      this.#record.endStep(statement.kind === "compare" ? "check" : statement.kind, statement.start, statement.end, node);
    }
    return this.#record.verification(this.#checkAnswer(), right / necessary);
  }

  /** The node that a statement is about. */
  #subject(statement: Statement): number | undefined {
    const name = statement.name.text;
    const own = this.#quantities.find(name);
    if (statement.kind !== "derive" && statement.kind !== "restate" && statement.kind !== "check") return own;
    const standIns = this.#quantities.standIns(name);
    if (standIns.length === 0) return own;
    const { kind } = statement;
    const isStandIn = kind === "restate" ? statement.line.text.startsWith("no line says") : isUnknownAlone(statement, this.#completion);
    if (!isStandIn) return own;
    return standIns.find((one) => this.#known.has(one) === (kind === "check")) ?? standIns[0];
  }

  #check(statement: Statement, node: number | undefined): void {
    const { kind, start, end } = statement;
    if (kind === "withdrawn") return;
    if (kind === "unreadable") {
      this.#record.report("unreadable-step", "this step says nothing that can be read", start, end);
      return;
    }
    if (kind === "derive") {
      if (node !== undefined) this.#checkDerivation(statement, node);
      return;
    }
    if (kind === "attempt") {
      this.#record.countAttempt(node !== undefined && this.#attemptHolds(statement, node));
      return;
    }
    if (kind === "compare") {
      this.#record.countClaim("check", node !== undefined && checkComparisons(this.#context, node, statement.comparisons));
      return;
    }
    this.#record.countClaim(kind, node !== undefined && this.#claimHolds(statement, node));
  }

  #claimHolds(statement: StatementOf<"restate" | "check" | "plan" | "estimate" | "retract">, node: number): boolean {
    const { start, end } = statement;
    switch (statement.kind) {
      case "restate":
        if (lineHolds(this.#quantities, node, statement.line, this.#solution.dialect)) return true;
        this.#record.report("false-restatement", `this is not what the problem says of ${this.#quantities.word(node)}`, start, end);
        return false;
      case "check":
        return checkAgain(this.#context, statement, node);
      case "plan":
        return checkPlan(this.#context, statement, node);
      case "estimate":
        return checkEstimate(this.#context, statement, node);
      case "retract":
        return this.#checkRetraction(statement, node);
    }
  }

  #checkRetraction({ value, matched, start, end }: StatementOf<"retract">, node: number): boolean {
    const taken = readFormula(value.text, 0, value.text.length, this.#quantities.grammar);
    const isRight = taken?.kind === "value" && agree(taken.value, exactly(this.#quantities.value(node)));
    if (matched && !isRight) return true;
    this.#record.report("false-retraction", isRight ? `${value.text} is right` : `nothing has given the value ${value.text}`, start, end);
    return false;
  }

  #checkDerivation(statement: StatementOf<"derive">, node: number): void {
    const { start, end, members, premise } = statement;
    const word = this.#quantities.word(node);
    if (this.#known.has(node)) {
      // In terse text, the line of a value looks like its derivation.
      const [only] = members;
      const repeats = this.#solution.dialect === "terse" && members.length === 1 && only !== undefined;
      if (repeats && answerMatches(this.#quantities.value(node), this.#completion.slice(only.start, only.end))) {
        this.#record.countClaim("restate", true);
        return;
      }
      this.#record.report("repeated-step", `${word} is known already`, start, end);
    }
    checkDerivation(this.#context, node, statement);
    if (premise !== undefined) this.#checkPremise(premise, statement, node);
    if (!this.#quantities.node(node).necessary) this.#record.report("unnecessary-step", `the answer does not need ${word}`, start, end);
    const last = members.at(-1)?.formula;
    if (last?.kind === "value") this.#known.set(node, last.value);
    else if (last?.kind === "operation" && last.operator === "pair") this.#recordPair(node, last.operands);
    // What can't be read is reported already; whatever uses it is not to suffer for it.
    else this.#known.set(node, exactly(this.#quantities.value(node)));
    this.#record.countDerivation(premise !== undefined || computedMembers(members) > 1);
  }

  #recordPair(node: number, operands: readonly { readonly kind: string; readonly value?: Measure }[]): void {
    const values = operands.flatMap(({ value }) => (value === undefined ? [] : [value]));
    if (values.length === operands.length) this.#known.set(node, values);
  }

  /** The premise that an abduction repeats. */
  #checkPremise(premise: Word, { members }: Derivation, node: number): void {
    const [parent] = this.#quantities.node(node).dependencies;
    const [first] = members;
    const named = first?.formula && namesIn(first.formula)[0]?.name;
    if (parent === undefined || named !== this.#quantities.word(parent)) return;
    const inner = premise.text.slice(1, -1);
    const operator = inner.startsWith("NOT ") ? "not" : / and /i.test(inner) ? "and" : "or";
    const names = inner.replace(/^NOT /, "").split(/ and | or /i);
    if (isLineOf(this.#quantities, parent, operator, names)) return;
    this.#record.report("wrong-formula", `${premise.text} is not the premise of ${named}`, premise.start, premise.end);
  }

  #attemptHolds({ missing, start, end }: StatementOf<"attempt">, node: number): boolean {
    const unknown = this.#quantities.node(node).dependencies.filter((dependency) => !this.#known.has(dependency));
    const named = new Set<number>();
    for (const word of missing) {
      const text = word.text.replaceAll(" ", "");
      const open = unknown.find((one) => this.#quantities.word(one) === text && !named.has(one));
      const found = open ?? this.#quantities.find(text, node, named);
      if (found !== undefined) named.add(found);
      else this.#record.report("unknown-parameter", `the problem has no "${word.text}"`, word.start, word.end);
    }
    const [told, left] = [[...named], unknown].map((nodes) => nodes.filter((one) => !this.#isAmbiguous(one))) as [number[], number[]];
    const isRight = left.length === told.length && left.every((dependency) => named.has(dependency));
    if (isRight && (left.length > 0 || named.size > 0)) return true;
    const names = unknown.map((dependency) => this.#quantities.word(dependency)).join(", ");
    this.#record.report("false-attempt", unknown.length === 0 ? "nothing is missing here" : `what is missing here is ${names}`, start, end);
    return false;
  }

  /** In terse text nobody can tell which of several places is meant where one quantity comes back to itself, or whether it is repeated. */
  #isAmbiguous(node: number): boolean {
    const { label } = this.#quantities.node(node);
    if (this.#solution.dialect === "prose" || label?.circular === undefined) return false;
    return this.#quantities.standIns(this.#quantities.word(node)).length > 1;
  }

  #checkAnswer(): Value | undefined {
    const { graph } = this.#quantities;
    const { length } = this.#completion;
    const target = this.#quantities.value(graph.target);
    for (const { text, start, end } of this.#solution.conclusions) {
      if (!answerMatches(target, text)) this.#record.report("wrong-answer", `the answer is ${target}, not ${text}`, start, end, true);
    }
    const answer = parseAnswer(this.#completion);
    if (answer === undefined) this.#record.report("missing-answer", "the completion gives no answer", length, length, true);
    else if (!answerMatches(target, answer)) {
      const closing = Math.max(0, this.#completion.lastIndexOf("</think>"));
      this.#record.report("wrong-answer", `the answer is ${target}, not ${answer}`, closing, length, true);
    }
    if (!this.#known.has(graph.target)) {
      const { start, end } = this.#record.lastDerivation() ?? { start: 0, end: length };
      this.#record.report("wrong-question", `the solution does not derive ${this.#quantities.word(graph.target)}`, start, end, true);
    }
    return answer;
  }
}

/** Whether all that is said of a quantity is that nobody knows it. */
function isUnknownAlone({ members }: Derivation, completion: string): boolean {
  const [only] = members;
  return members.length === 1 && only !== undefined && /^(N\/A|!)$/.test(completion.slice(only.start, only.end).trim());
}

/** Operations on values alone: the formula with its values, and what is left of it after each operation. */
function computedMembers(members: readonly Member[]): number {
  let count = 0;
  for (const { formula } of members)
    if (formula?.kind === "operation" && formula.operator !== "pair" && namesIn(formula).length === 0) count++;
  return count;
}
