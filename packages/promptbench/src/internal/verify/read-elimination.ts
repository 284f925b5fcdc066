import { equationsOf } from "../equations.js";
import type { Formula } from "./formula.js";
import type { Quantities } from "./quantities.js";
import { readFormula } from "./read-formula.js";
import type { Comparison, Member, Statement, Word } from "./statement.js";

const number = String.raw`(-?\d[\d.]*(?:e[-+]?\d+)?)`;

/** What the numbers of a line have to be: a quantity that the line derives, or a formula that it repeats. */
type Meaning = { readonly derives: "D" | "x" | "y" } | Formula;

interface Sentence {
  readonly pattern: RegExp;
  /** In the order of the numbers in the line. */
  readonly meanings: readonly Meaning[];
}

/**
 * Reads a line of PromptBench's own solution of two linear equations: a coefficient that is summed up, the equations with their
 * coefficients, and the elimination, in which the determinant and x and y are found. No statements where it is none of these.
 *
 * @param linesBefore  how many lines with the equations themselves came before
 */
export function readElimination(text: string, line: Word, quantities: Quantities, linesBefore: number): Statement[] {
  const summed = /^Thus, (\w+) = (\S+)$/d.exec(line.text);
  const { start, end } = line;
  if (summed?.indices !== undefined) {
    const [, nameAt, valueAt] = summed.indices as [Place, Place, Place];
    return [{ kind: "check", start, end, name: wordOf(line, nameAt), members: [memberOf(text, line, valueAt, quantities)] }];
  }
  for (const { pattern, meanings } of sentences(quantities, linesBefore)) {
    const indices = pattern.exec(line.text)?.indices;
    if (indices === undefined) continue;
    const members = meanings.map((_, index) => memberOf(text, line, indices[index + 1] as Place, quantities));
    return statementsOf(line, meanings, members);
  }
  return [];
}

type Place = [start: number, end: number];

/** One comparison of everything that the line repeats, then what it derives, then both unknowns once y is there. */
function statementsOf(line: Word, meanings: readonly Meaning[], members: readonly Member[]): Statement[] {
  const about = (name: string) => ({ start: line.start, end: line.end, name: { ...line, text: name } });
  const comparisons: Comparison[] = [];
  const derivations: Statement[] = [];
  for (const [index, meaning] of meanings.entries()) {
    const member = members[index] as Member;
    if ("kind" in meaning) comparisons.push({ ...member, own: meaning });
    else derivations.push({ kind: "derive", ...about(meaning.derives), members: [member] });
  }
  const statements: Statement[] = comparisons.length === 0 ? [] : [{ kind: "compare", ...about("(x,y)"), comparisons }];
  statements.push(...derivations);
  const [x] = members;
  const y = members.at(-1);
  const pair = [x?.formula, y?.formula].filter((formula) => formula !== undefined);
  if (!meanings.some((meaning) => "derives" in meaning && meaning.derives === "y") || pair.length < 2) return statements;
  const formula: Formula = { kind: "operation", operator: "pair", operands: pair };
  return [...statements, { kind: "derive", ...about("(x,y)"), members: [{ formula, start: line.start, end: line.end }] }];
}

function sentences(quantities: Quantities, linesBefore: number): Sentence[] {
  const rows = equationsOf(quantities.graph).map((row) => row.map((part) => quantities.express(part)));
  const [[a, b, c], [d, e, f]] = rows as [Row, Row];
  const name = (word: string): Formula => ({ kind: "name", name: word, start: 0, end: 0 });
  const difference = (p: Formula, q: Formula, r: Formula, s: Formula): Formula => of("-", of("*", p, q), of("*", r, s));
  const right = difference(c, e, f, b);
  const row = linesBefore === 0 ? [a, b, c] : [d, e, f];
  const like = (pattern: string): RegExp => new RegExp(`^${pattern}`, "d");
  return [
    { pattern: like(`${number} x \\+ ${number} y = ${number}$`), meanings: row },
    {
      pattern: like(
        `To eliminate 'y', multiply the first equation by ${number} and the second equation by ${number}\\. .* then gives: ${number}x = ${number}$`,
      ),
      meanings: [e, b, { derives: "D" }, right],
    },
    { pattern: like(`From the equation ${number}x = ${number}, we can solve for x$`), meanings: [name("D"), right] },
    { pattern: like(`Solving for x, we get x = ${number}$`), meanings: [{ derives: "x" }] },
    {
      pattern: like(
        `Substituting x = ${number} into the first original equation, we get: ${number}y = ${number}, which gives y = ${number}$`,
      ),
      meanings: [name("x"), b, of("-", c, of("*", a, name("x"))), { derives: "y" }],
    },
  ];
}

type Row = [Formula, Formula, Formula];

function of(operator: "-" | "*", ...operands: Formula[]): Formula {
  return { kind: "operation", operator, operands };
}

function memberOf(text: string, { start }: Word, [from, to]: Place, { grammar }: Quantities): Member {
  return { formula: readFormula(text, start + from, start + to, grammar), start: start + from, end: start + to };
}

function wordOf({ text, start }: Word, [from, to]: Place): Word {
  return { text: text.slice(from, to), start: start + from, end: start + to };
}
