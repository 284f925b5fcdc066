import type { Formula } from "./formula.js";
import type { Quantities } from "./quantities.js";
import { readFormula } from "./read-formula.js";
import { type Member, type Statement, type Word, wordAt } from "./statement.js";

const value = "(True|False|N/A)";

/**
 * Reads what PromptBench's own solutions say in two lines: a deduction with its premise, and an abduction with its conclusion.
 *
 * @param next  the line behind, which says what follows
 * @returns the statements that both lines make; none where they are no such pair
 */
export function readOriginal(text: string, line: Word, next: Word, quantities: Quantities): Statement[] {
  if (quantities.task === "deductive_logic") return readDeduction(text, line, next, quantities);
  return quantities.task === "abductive_logic" && line === next ? readAbduction(text, line, quantities) : [];
}

/** `(a OR b) = (True OR N/A) -> c.` and `The premise (True OR N/A) is True, thus, the value of c is True.` */
function readDeduction(text: string, line: Word, next: Word, quantities: Quantities): Statement[] {
  const found = /^(\(.+\)) = (\(.+\)) -> (\w+)\.$/.exec(line.text);
  const said = new RegExp(`the value of (\\w+) (?:is ${value}|can ?not be deduced,? and is set to (N/A))\\.$`, "i").exec(next.text);
  if (found === null || said === null || said[1] !== found[3]) return [];
  const [, formula = "", values = "", name = ""] = found;
  const concluded = said[2] ?? "N/A";
  const at = (from: number, length: number): Member => implied(text, line.start + from, line.start + from + length, quantities);
  // Some of its sentences also say what the premise is.
  const premise = new RegExp(`premise \\(.+\\) is ${value}[.,]`).exec(next.text);
  const premiseAt = premise === null ? 0 : next.start + premise.index + premise[0].length - 1 - (premise[1] as string).length;
  const members = [
    at(0, formula.length),
    at(formula.length + " = ".length, values.length),
    ...(premise === null ? [] : [implied(text, premiseAt, premiseAt + (premise[1] as string).length, quantities)]),
    valueMember(text, next, concluded, quantities),
  ];
  const nameAt = line.end - 1 - name.length;
  return [{ kind: "derive", start: line.start, end: next.end, name: { text: name, start: nameAt, end: nameAt + name.length }, members }];
}

function implied(text: string, start: number, end: number, quantities: Quantities): Member {
  const premise = readFormula(text, start, end, quantities.grammar);
  return { formula: premise && { kind: "operation", operator: "implied", operands: [premise] }, start, end };
}

/** The value that a line ends with. */
function valueMember(text: string, { start, text: own }: Word, concluded: string, quantities: Quantities): Member {
  const from = start + own.lastIndexOf(concluded);
  return { formula: readFormula(text, from, from + concluded.length, quantities.grammar), start: from, end: from + concluded.length };
}

/** `Given c is False, the value of premise (a OR b) is False, thus, the value of a is abduced as False.` */
function readAbduction(text: string, line: Word, quantities: Quantities): Statement[] {
  const found = new RegExp(
    `^Given (\\w+) is ${value}, .*the value of (\\w+) (?:is abduced as ${value}|can ?not be abduced.*(N/A))\\.$`,
  ).exec(line.text);
  if (found === null) return [];
  const [, conclusion = "", given = "", name = "", concluded] = found;
  const { start, end } = line;
  const conclusionAt = start + "Given ".length;
  const givenAt = conclusionAt + conclusion.length + " is ".length;
  const told = readFormula(text, givenAt, givenAt + given.length, quantities.grammar) as Formula;
  const named: Formula = { kind: "name", name: conclusion, start: conclusionAt, end: conclusionAt + conclusion.length };
  const operator = quantities.operatorOf(conclusion);
  const members: Member[] = [
    { formula: quantities.abduced(operator, named), start: conclusionAt, end: named.end },
    { formula: quantities.abduced(operator, told), start: givenAt, end: givenAt + given.length },
    valueMember(text, line, concluded ?? "N/A", quantities),
  ];
  const premise = /value of premise (\([^)]*\))/.exec(line.text);
  const premiseAt = premise === null ? 0 : start + premise.index + "value of premise ".length;
  const nameAt = start + line.text.lastIndexOf(`the value of ${name} `) + "the value of ".length;
  const derivation: Statement = {
    kind: "derive",
    start,
    end,
    name: wordAt(text, nameAt, nameAt + name.length),
    members,
    ...(premise === null ? {} : { premise: wordAt(text, premiseAt, premiseAt + (premise[1] as string).length) }),
  };
  const root = quantities.find(conclusion);
  if (root === undefined || quantities.node(root).dependencies.length > 0) return [derivation];
  // The original does not derive what is given.
  const givenWord = wordAt(text, conclusionAt, named.end);
  const own: Member = { formula: told, start: givenAt, end: givenAt + given.length };
  return [{ kind: "derive", start: conclusionAt, end: own.end, name: givenWord, members: [own] }, derivation];
}
