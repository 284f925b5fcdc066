import { VerificationRecord } from "@bridge-rl/dag";
import { noVerifiedBehaviors, type ReasoningGraph } from "@bridge-rl/spec";
import type { BehaviorCounts, FindingKind, Verification, VerifiedStep } from "../../verify-solution.js";
import { reduce } from "../arithmetic.js";
import { readFormula } from "../parse/read-formula.js";
import { readArithmetic } from "../read-arithmetic.js";
import { checkChain, isSymbolic, numberOf, numericMembers } from "./check-chain.js";
import { type Claim, checkClaim } from "./check-claims.js";
import { checkFormula, type FormulaContext } from "./check-formula.js";
import { checkOriginalForm, showsEverything, showsSymbols } from "./check-original-form.js";
import { Ledger, sampleExpression } from "./ledger.js";
import type { Parameters } from "./parameters.js";
import type { Equation, Statement, Statements, Word } from "./statement.js";

type StatementOf<Kind extends Statement["kind"]> = Extract<Statement, { kind: Kind }>;

/** A parameter, one that the problem does not have, or nothing that the text would tell. */
type Subject = number | "unknown" | "untold";

/** Follows a solution statement by statement and notes what is wrong. */
export class Judge {
  readonly #graph: ReasoningGraph;
  readonly #parameters: Parameters;
  readonly #solution: Statements;
  readonly #completion: string;
  readonly #ledger: Ledger = new Ledger();
  /** Symbols that some step of the solution computes. */
  readonly #computed: Set<string> = new Set();
  /** Parameters that some step of the solution derives. */
  readonly #attempted: Set<number> = new Set();
  /** Symbols that this step has been told of already. */
  readonly #reported: Set<string> = new Set();
  #lastDerived: Subject = "untold";
  readonly #behaviors = { ...noVerifiedBehaviors(), retries: 0 };
  readonly #record: VerificationRecord<FindingKind, VerifiedStep["kind"], BehaviorCounts>;
  readonly #note: FormulaContext["report"] = (kind, message, start, end) => this.#record.report(kind, message, start, end);
  readonly #context: FormulaContext;
  readonly #detailed: boolean;

  /** @param notes  kinds of findings that leave a solution valid */
  constructor(graph: ReasoningGraph, parameters: Parameters, solution: Statements, completion: string, notes: readonly FindingKind[]) {
    this.#record = new VerificationRecord(this.#behaviors, notes);
    this.#graph = graph;
    this.#parameters = parameters;
    this.#solution = solution;
    this.#completion = completion;
    this.#detailed = showsEverything(solution);
    this.#context = {
      ledger: this.#ledger,
      parameters,
      modulus: graph.modulus,
      symbolic: showsSymbols(solution),
      derivedLater: (parameter) => this.#attempted.has(parameter),
      report: this.#note,
    };
  }

  judge(): Verification {
    this.#lookAhead();
    const necessary = this.#graph.nodes.filter((node) => node.necessary).length;
    const derived = new Set<number>();
    for (const statement of this.#solution.statements) {
      this.#reported.clear();
      const subject = this.#subject(statement);
      this.#check(statement, subject);
      if (this.#record.isSound && statement.kind === "derive" && typeof subject === "number" && this.#parameters.necessary(subject))
        derived.add(subject);
      const node = typeof subject === "number" && subject < this.#graph.nodes.length ? subject : undefined;
      this.#record.endStep(statement.kind, statement.start, statement.end, node);
    }
    return this.#record.verification(this.#checkAnswer(), derived.size / necessary);
  }

  #lookAhead(): void {
    for (const statement of this.#solution.statements) {
      if (statement.kind !== "derive") continue;
      const { equations, name, symbol } = statement;
      for (const [index, { target }] of equations.entries()) this.#computed.add(this.#told(statement, index)?.text ?? target.text);
      const parameter = name === undefined ? symbol && this.#parameters.findSymbol(symbol.text) : this.#parameters.find(name.text);
      if (parameter !== undefined) this.#attempted.add(parameter);
    }
  }

  /** The parameter that a statement is about, by its name or by its symbol. */
  #subject({ name, symbol, naming }: Statement): Subject {
    if (name !== undefined) return this.#parameters.find(name.text) ?? "unknown";
    if (symbol === undefined) return "untold";
    if (this.#solution.dialect === "terse") return this.#parameters.findSymbol(symbol.text) ?? "unknown";
    const meaning = naming === "again" ? this.#ledger.symbols.get(symbol.text)?.meaning : undefined;
    return typeof meaning === "number" ? meaning : "untold";
  }

  #check(statement: Statement, subject: Subject): void {
    const { name, symbol, start, end } = statement;
    if (statement.kind === "retry") {
      this.#behaviors.retries++;
      return;
    }
    if (subject === "unknown") {
      const word = (name ?? symbol) as Word;
      this.#record.report("unknown-parameter", `the problem has no "${word.text}"`, word.start, word.end);
    }
    if (statement.kind !== "restate") this.#nameSubject(statement, subject);
    if (statement.kind === "unreadable") this.#record.report("unreadable-step", "this step computes nothing that can be read", start, end);
    else if (statement.kind === "restate") this.#record.countClaim("restate", this.#restatementHolds(statement, subject));
    else if (statement.kind === "attempt") this.#record.countAttempt(this.#attemptHolds(statement, subject));
    else if (statement.kind !== "derive") this.#checkAside(statement, subject);
    else this.#checkDerivation(statement, subject);
  }

  #checkAside(statement: Claim | StatementOf<"withdrawn">, subject: Subject): void {
    if (statement.kind === "withdrawn") return;
    const { ledger, modulus } = { ledger: this.#ledger, modulus: this.#graph.modulus };
    const find = (word: Word) =>
      this.#solution.dialect === "terse" ? this.#parameters.findSymbol(word.text) : this.#parameters.find(word.text);
    const context = { ledger, modulus, parameters: this.#parameters, find, report: this.#note };
    const holds = typeof subject === "number" && checkClaim(context, statement, subject);
    this.#record.countClaim(statement.kind, holds);
  }

  #nameSubject({ symbol, naming }: Statement, subject: Subject): void {
    if (symbol === undefined || this.#solution.dialect === "terse") return;
    const known = this.#ledger.symbols.get(symbol.text);
    if (naming === "again") {
      if (known !== undefined && known.meaning === subject) return;
      const reason = known === undefined ? "has not been given to anything" : "stands for something else";
      this.#record.report("undefined-symbol", `${symbol.text} ${reason}`, symbol.start, symbol.end);
      return;
    }
    if (known !== undefined) {
      this.#record.report("duplicate-symbol", `${symbol.text} stands for something already`, symbol.start, symbol.end);
      // What it stands for from here on is anyone's guess, so nothing is held against steps that use it.
      this.#ledger.name(symbol.text, "unclear").value = known.value;
      return;
    }
    this.#ledger.name(symbol.text, typeof subject === "number" ? subject : "unclear");
  }

  #checkDerivation(statement: StatementOf<"derive">, subject: Subject): void {
    const { equations, symbol, given } = statement;
    for (const [index, equation] of equations.entries()) {
      if (index < equations.length - 1) this.#checkIntermediate(equation);
    }
    const main = equations.at(-1) as Equation;
    if (symbol !== undefined && main.target.text !== symbol.text) {
      const { text, start, end } = main.target;
      this.#record.report("wrong-symbol", `${text} is computed where ${symbol.text} was announced`, start, end);
    }
    const parameter = typeof subject === "number" ? subject : undefined;
    if (parameter !== undefined && this.#isRepeated(statement, parameter)) return;
    const sound = this.#checkMembers(main);
    if (subject === "untold" && sound && statement.naming === "new") {
      this.#record.report("unknown-parameter", `${main.target.text} is no quantity of the problem`, main.target.start, main.target.end);
    }
    if (parameter !== undefined) {
      checkFormula(this.#context, parameter, main, given, sound, equations.length > 1);
      if (!this.#parameters.necessary(parameter)) {
        this.#record.report(
          "unnecessary-step",
          `the answer does not need ${this.#parameters.name(parameter)}`,
          statement.start,
          statement.end,
        );
      }
    }
    const last = main.members.at(-1);
    const value = last && numberOf(last);
    if (value === undefined && last?.tokens !== undefined)
      this.#record.report("unreadable-step", "the chain does not end with a number", last.start, last.end);
    this.#remember((this.#told(statement, equations.length - 1) ?? main.target).text, parameter, value);
    this.#lastDerived = subject;
    this.#record.countDerivation(numericMembers(main) > 1);
  }

  /** The symbol that the last equation of a step stands for in the original's wording, whatever it calls it itself. */
  #told({ equations, symbol }: StatementOf<"derive">, index: number): Word | undefined {
    return this.#solution.dialect === "original" && index === equations.length - 1 ? symbol : undefined;
  }

  #remember(symbol: string, parameter: number | undefined, value: number | undefined): void {
    if (value === undefined) return;
    const entry = this.#ledger.symbols.get(symbol) ?? this.#ledger.name(symbol, parameter ?? "unclear");
    entry.value = value;
    if (parameter !== undefined) this.#ledger.values[parameter] = value;
  }

  #isRepeated({ equations, start, end, symbol }: StatementOf<"derive">, parameter: number): boolean {
    const known = this.#ledger.values[parameter];
    if (known === undefined) return false;
    const { members } = equations.at(-1) as Equation;
    const terse = this.#solution.dialect === "terse";
    // In terse text, the premise of a number looks like its derivation.
    if (terse && members.length === 1 && numberOf(members[0] as Equation["members"][number]) === known) {
      this.#record.countClaim("restate", true);
      return true;
    }
    if (terse && symbol !== undefined)
      this.#record.report("duplicate-symbol", `${symbol.text} is computed already`, symbol.start, symbol.end);
    else this.#record.report("repeated-step", `${this.#parameters.name(parameter)} is known already`, start, end);
    return false;
  }

  #checkIntermediate(equation: Equation): void {
    const { target, members } = equation;
    const sound = this.#checkMembers(equation);
    if (this.#ledger.symbols.has(target.text)) {
      this.#record.report("duplicate-symbol", `${target.text} stands for something already`, target.start, target.end);
    }
    const last = members.at(-1);
    const value = last && numberOf(last);
    const formula = members.find(isSymbolic);
    const known = sound && formula?.tokens !== undefined;
    const sample = known ? this.#ledger.sample(formula.tokens ?? []) : undefined;
    this.#ledger.symbols.set(target.text, {
      meaning: sample === undefined ? "unclear" : "intermediate",
      value,
      uses: known ? this.#ledger.uses(formula.tokens ?? []) : [],
      sample: sample ?? 0,
    });
  }

  /** Checks the symbols and the arithmetic of a chain. Returns whether all symbols have a clear meaning. */
  #checkMembers(equation: Equation): boolean {
    const { members } = equation;
    let sound = true;
    for (const { tokens, start, end } of members) {
      if (tokens === undefined) this.#record.report("unreadable-step", "this is no arithmetic", start, end);
      for (const token of tokens ?? []) {
        if (token.kind !== "symbol") continue;
        const entry = this.#ledger.symbols.get(token.text);
        if (entry?.meaning === "unclear") sound = false;
        if (entry?.value !== undefined) continue;
        sound = false;
        if (this.#reported.has(token.text)) continue;
        this.#reported.add(token.text);
        if (this.#computed.has(token.text))
          this.#record.report("premature-step", `${token.text} is used before it is computed`, token.start, token.end);
        else this.#record.report("undefined-symbol", `nothing computes ${token.text}`, token.start, token.end);
      }
    }
    checkChain(members, this.#ledger, this.#graph.modulus, this.#note);
    if (this.#detailed && this.#graph.modulus !== undefined) checkOriginalForm(equation, this.#graph.modulus, this.#note);
    return sound;
  }

  #restatementHolds({ formula, start, end }: StatementOf<"restate">, subject: Subject): boolean {
    if (typeof subject !== "number") return false;
    const terse = this.#solution.dialect === "terse";
    const expression = terse
      ? readArithmetic(formula.text, (symbol) => this.#parameters.findSymbol(symbol))
      : readFormula(formula.text, (name) => this.#parameters.find(name));
    if (expression !== undefined && sampleExpression(expression) === sampleExpression(this.#parameters.expression(subject))) return true;
    this.#record.report("false-restatement", `this is not what the problem says of ${this.#parameters.name(subject)}`, start, end);
    return false;
  }

  #attemptHolds({ missing, start, end }: StatementOf<"attempt">, subject: Subject): boolean {
    if (typeof subject !== "number") return false;
    const terse = this.#solution.dialect === "terse";
    const named = new Set<number>();
    for (const word of missing) {
      const parameter = terse ? this.#parameters.findSymbol(word.text) : this.#parameters.find(word.text);
      if (parameter !== undefined) named.add(parameter);
      else this.#record.report("unknown-parameter", `the problem has no "${word.text}"`, word.start, word.end);
    }
    const unknown = this.#parameters.dependencies(subject).filter((parameter) => !this.#ledger.isDerived(parameter));
    if (unknown.length > 0 && unknown.length === named.size && unknown.every((parameter) => named.has(parameter))) return true;
    const names = unknown.map((parameter) => this.#parameters.name(parameter)).join(", ");
    this.#record.report("false-attempt", unknown.length === 0 ? "nothing is missing here" : `what is missing here is ${names}`, start, end);
    return false;
  }

  #checkAnswer(): number | undefined {
    const { answers, dialect } = this.#solution;
    const target = this.#parameters.value(this.#graph.target);
    const { length } = this.#completion;
    for (const { text, start, end } of answers) {
      if (text !== String(target)) this.#record.report("wrong-answer", `the answer is ${target}, not ${text}`, start, end, true);
    }
    const last = answers.at(-1);
    if (last === undefined) this.#record.report("missing-answer", "the completion gives no answer", length, length, true);
    const derived = this.#record.lastDerivation();
    const asked = dialect === "original" ? this.#lastDerived === this.#graph.target : this.#ledger.isDerived(this.#graph.target);
    if (!asked && this.#lastDerived !== "unknown") {
      const { start, end } = derived ?? { start: 0, end: length };
      this.#record.report(
        "wrong-question",
        `the solution does not end with ${this.#parameters.name(this.#graph.target)}`,
        start,
        end,
        true,
      );
    }
    return last !== undefined && /^-?\d+$/.test(last.text) ? reduce(Number(last.text), undefined) : undefined;
  }
}
