import type { Formula } from "./formula.js";
import type { Quantities } from "./quantities.js";
import { readElimination } from "./read-elimination.js";
import { readFormula } from "./read-formula.js";
import { readOriginal } from "./read-original.js";
import { type Derivation, type LeafReason, type Member, type Statement, type Statements, type Word, wordAt } from "./statement.js";

const name = String.raw`(?:[A-Za-z]\w*|\(x, ?y\))`;
const value = String.raw`(?:N/A|True|False|-?[\d.]+(?:e[-+]?\d+)?)`;

/** Takes apart a completion in prose, line by line in its thinking part. Lines that begin like no step are remarks. */
export function readProse(text: string, quantities: Quantities): Statements {
  const statements: Statement[] = [];
  const conclusions: Word[] = [];
  const closing = text.indexOf("</think>");
  const end = closing === -1 ? text.length : closing;
  for (let start = 0; start < end; ) {
    const newline = text.indexOf("\n", start);
    const until = newline === -1 || newline > end ? end : newline;
    const full = wordAt(text, start, until);
    const line = full.text.endsWith(".") ? wordAt(text, full.start, full.end - 1) : full;
    const concluded = /^Thus, the answer is (?!<<<)(.+)$/.exec(line.text);
    if (concluded !== null) conclusions.push(wordAt(text, line.start + "Thus, the answer is ".length, line.end));
    else {
      const statement = new Line(text, line, quantities).read();
      if (statement !== undefined) statements.push(statement);
      else if (quantities.task === "linear_equation") {
        const equations = statements.filter(({ kind, name }) => kind === "compare" && name.text === "(x,y)");
        statements.push(...readElimination(text, line, quantities, equations.length));
      } else if (full.text.startsWith("(") || full.text.startsWith("Given ")) {
        statements.push(...readOriginal(text, full, full.text.startsWith("(") ? lineAt(text, until + 1, end) : full, quantities));
      }
    }
    start = until + 1;
  }
  return { dialect: "prose", statements, conclusions };
}

function lineAt(text: string, start: number, end: number): Word {
  const newline = text.indexOf("\n", start);
  return wordAt(text, Math.min(start, end), newline === -1 || newline > end ? end : newline);
}

const reasons: readonly (readonly [LeafReason, RegExp])[] = [
  ["circular", new RegExp(`^${name} comes back to itself, so here it is `)],
  ["goal", new RegExp(`^${name} is the goal, so it is `)],
  ["no-links", new RegExp(`^${name} points to nothing, so it is `)],
  ["unstated", new RegExp(`^no line says what ${name} is, so it is `)],
];

/** One line of a solution. */
class Line {
  readonly #text: string;
  readonly #line: Word;
  readonly #quantities: Quantities;

  constructor(text: string, line: Word, quantities: Quantities) {
    this.#text = text;
    this.#line = line;
    this.#quantities = quantities;
  }

  read(): Statement | undefined {
    const { text, start, end } = this.#line;
    const about = (found: Word) => ({ start, end, name: found });
    const match = (pattern: string) => new RegExp(`^${pattern}`).exec(text);

    const recalled = /^Recall that /.exec(text);
    if (recalled !== null) return this.#restatement(recalled[0].length);

    const retracted = match(`Wait, (${name}) is not (.+), let's take that back$`);
    if (retracted !== null) {
      const own = this.#word(retracted, 1);
      return { ...about(own), kind: "retract", value: this.#after(own, " is not ", retracted[2] as string), matched: false };
    }

    const plan = match(`To find (${name}), we need (.+)$`);
    if (plan !== null) {
      const own = this.#word(plan, 1);
      return { ...about(own), kind: "plan", needed: this.#list(this.#after(own, ", we need ", plan[2] as string)) };
    }

    const estimate = match(`Roughly, (${name}) is between (${value}) and (${value})$`);
    if (estimate !== null) {
      const own = this.#word(estimate, 1);
      const low = this.#after(own, " is between ", estimate[2] as string);
      return { ...about(own), kind: "estimate", low, high: this.#after(low, " and ", estimate[3] as string) };
    }

    const turn = match(`Let's (solve|check) (${name}), `);
    // PromptBench's own solutions begin with the name.
    const bare = turn === null ? match(`(${name}) (?:= |is ${value}$)`) : null;
    if (turn === null && bare === null) return undefined;
    const own = turn === null ? this.#word(bare as RegExpExecArray, 1) : this.#word(turn, 2);
    const rest = turn === null ? this.#line : wordAt(this.#text, start + turn[0].length, end);
    const attempt = new RegExp(`^wait, (${name}) is not solvable yet without (.+), let's get back$`).exec(rest.text);
    if (attempt !== null) {
      const missing = this.#list(this.#wordIn(rest, rest.text.indexOf(" without ") + " without ".length, attempt[2] as string));
      return { ...about(own), kind: "attempt", missing };
    }
    const isCheck = turn?.[1] === "check";
    const said = isCheck && rest.text.endsWith(", as before") ? wordAt(this.#text, rest.start, rest.end - ", as before".length) : rest;
    const derivation = this.#derivation(said, own);
    if (derivation === undefined) return { ...about(own), kind: "unreadable" };
    return { ...about(own), kind: isCheck ? "check" : "derive", ...derivation };
  }

  #derivation(rest: Word, own: Word): Derivation | undefined {
    const { text } = rest;
    for (const [reason, pattern] of reasons) {
      const found = pattern.exec(text);
      if (found !== null) return { members: [this.#member(rest, found[0].length, rest.text.length)], reason };
    }
    if (this.#quantities.task === "abductive_logic") {
      const abduction = this.#abduction(rest);
      if (abduction !== undefined) return abduction;
    }
    if (text.includes(" -> ")) return this.#deduction(rest, own);
    const plain = new RegExp(`^${name} (is|=) `).exec(text);
    if (plain === null || own.text.replaceAll(" ", "") !== plain[0].slice(0, -(plain[1] as string).length - 2).replaceAll(" ", "")) {
      return undefined;
    }
    if (plain[1] === "is") return { members: [this.#member(rest, plain[0].length, text.length)] };
    return { members: this.#split(rest, plain[0].length, " = ") };
  }

  /** `(a OR b) -> c, (True OR N/A) -> c, so c is True`. */
  #deduction(rest: Word, own: Word): Derivation | undefined {
    const found = new RegExp(`, so (${name}) is (${value})$`).exec(rest.text);
    if (found === null || found[1] !== own.text) return undefined;
    const arrow = ` -> ${own.text}`;
    const members: Member[] = [];
    for (const part of this.#parts(rest, 0, found.index, `${arrow}, `)) {
      const last = part.text.endsWith(arrow) ? part.text.length - arrow.length : part.text.length;
      const premise = readFormula(this.#text, part.start, part.start + last, this.#quantities.grammar);
      const formula: Formula | undefined = premise && { kind: "operation", operator: "implied", operands: [premise] };
      members.push({ formula, start: part.start, end: part.start + last });
    }
    members.push(this.#member(rest, rest.text.length - (found[2] as string).length, rest.text.length));
    return { members };
  }

  /** `c is False, so (a or b) is False, so a is False`. */
  #abduction(rest: Word): Derivation | undefined {
    const found = new RegExp(
      `^(${name}) is (${value})(?:, which leaves ${name} open: ${name} is |(?:, so (\\([^)]*\\)) is False)?(?:, which can be another premise's doing)?, so ${name} is )(${value})$`,
    ).exec(rest.text);
    if (found === null) return undefined;
    const [, conclusion = "", given = "", premise, concluded = ""] = found;
    const start = rest.start;
    const givenAt = start + conclusion.length + " is ".length;
    const stated = premise === undefined ? undefined : this.#wordIn(rest, rest.text.indexOf(premise), premise);
    const operator = this.#quantities.operatorOf(conclusion);
    const { grammar } = this.#quantities;
    const fact = readFormula(this.#text, givenAt, givenAt + given.length, grammar) as Formula;
    const named: Formula = { kind: "name", name: conclusion, start, end: start + conclusion.length };
    const members = [
      { formula: this.#quantities.abduced(operator, named), start, end: start + conclusion.length },
      { formula: this.#quantities.abduced(operator, fact), start: givenAt, end: givenAt + given.length },
      this.#member(rest, rest.text.length - concluded.length, rest.text.length),
    ];
    return stated === undefined ? { members } : { members, premise: stated };
  }

  #restatement(skipped: number): Statement {
    const { start, end } = this.#line;
    const line = wordAt(this.#text, start + skipped, end);
    const found =
      new RegExp(`^(?:the value of|no line says what) (${name})`).exec(line.text) ??
      new RegExp(` -> (${name})$`).exec(line.text) ??
      new RegExp(`^(${name})`).exec(line.text);
    if (found === null) return { kind: "unreadable", start, end, name: line };
    return {
      kind: "restate",
      start,
      end,
      name: this.#wordIn(line, found.index + found[0].length - String(found[1]).length, found[1]),
      line,
    };
  }

  #member(rest: Word, from: number, to: number): Member {
    const [start, end] = [rest.start + from, rest.start + to];
    return { formula: readFormula(this.#text, start, end, this.#quantities.grammar), start, end };
  }

  #split(rest: Word, from: number, mark: string): Member[] {
    return this.#parts(rest, from, rest.text.length, mark).map(({ start, end }) =>
      this.#member(rest, start - rest.start, end - rest.start),
    );
  }

  #parts(rest: Word, from: number, to: number, mark: string): Word[] {
    const words: Word[] = [];
    for (let at = from; at <= to; ) {
      const next = rest.text.indexOf(mark, at);
      const until = next === -1 || next >= to ? to : next;
      words.push(wordAt(this.#text, rest.start + at, rest.start + until));
      at = until + mark.length;
    }
    return words;
  }

  /** `a, b and c`; the pair of unknowns is one name. */
  #list(list: Word): Word[] {
    const words: Word[] = [];
    for (const match of list.text.matchAll(/\(x, ?y\)|\b(?!and\b)[A-Za-z]\w*/g)) {
      words.push(this.#wordIn(list, match.index, match[0]));
    }
    return words;
  }

  #word(found: RegExpExecArray, group: number): Word {
    const own = found[group] as string;
    return this.#wordIn(this.#line, found[0].indexOf(own, found[0].indexOf("Let's") === 0 ? "Let's check ".length - 1 : 0), own);
  }

  #wordIn({ start }: Word, at: number, text: string | undefined): Word {
    return { text: text ?? "", start: start + at, end: start + at + (text ?? "").length };
  }

  #after({ end }: Word, between: string, text: string): Word {
    const start = end + between.length;
    return { text, start, end: start + text.length };
  }
}
