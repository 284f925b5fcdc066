import type { FindingKind } from "../../verify-solution.js";
import { evaluateFormula, type Formula, meanSame, namesIn } from "./formula.js";
import { agree, type Measure } from "./measure.js";
import type { Quantities } from "./quantities.js";
import type { Comparison, Derivation, LeafReason, Member } from "./statement.js";

/** What a derivation is judged with. */
export interface ChainContext {
  readonly quantities: Quantities;
  readonly known: ReadonlyMap<number, Measure>;
  isDerivedLater(node: number): boolean;
  report(kind: FindingKind, message: string, start: number, end: number): void;
}

interface Piece {
  readonly start: number;
  readonly end: number;
}

/** Judges a derivation: its formula, what it uses, and that all members of its chain are equal. */
export function checkDerivation(context: ChainContext, node: number, derivation: Derivation & Piece): void {
  const { members, reason } = derivation;
  for (const { formula, start, end } of members) {
    if (formula === undefined) context.report("unreadable-step", "this is no formula", start, end);
  }
  if (members.some(({ formula }) => formula === undefined)) return;
  if (reason !== undefined && !reasonHolds(context.quantities, node, reason)) {
    context.report("wrong-formula", "this is not what the problem says", derivation.start, derivation.end);
    return;
  }
  const [first] = members as [Member, ...Member[]];
  const own = context.quantities.formula(node);
  const written = first.formula as Formula;
  const isSymbolic = namesIn(written).length > 0;
  if (isSymbolic && !checkFormula(context, node, written, own, first)) {
    // What is built on a wrong formula is wrong with it.
    checkChain(context, node, members.slice(1), undefined);
    return;
  }
  if (!isSymbolic && !checkUse(context, node, own, first)) return;
  checkChain(context, node, isSymbolic ? members.slice(1) : members, isSymbolic ? written : own);
  const last = members.at(-1) as Member;
  if (last.formula !== undefined && !isValue(last.formula)) {
    context.report("unreadable-step", "the chain does not end with a value", last.start, last.end);
  }
}

/** Whether values that are repeated are those of the problem, or what was found before. What is another is reported. */
export function checkComparisons(context: ChainContext, node: number, comparisons: readonly Comparison[]): boolean {
  let sound = true;
  for (const { formula, own, start, end } of comparisons) {
    if (!checkUse(context, node, own, { start, end })) sound = false;
    else if (formula === undefined || !equal(own, formula, valuesNear(context, node))) {
      context.report("wrong-value", "something else was found, or is given", start, end);
      sound = false;
    }
  }
  return sound;
}

function isValue(formula: Formula): boolean {
  return formula.kind === "value" || (formula.kind === "operation" && formula.operator === "pair" && formula.operands.every(isValue));
}

function reasonHolds(quantities: Quantities, node: number, reason: LeafReason): boolean {
  const { label, stated, dependencies } = quantities.node(node);
  if (reason === "circular") return label?.circular !== undefined;
  if (reason === "goal") return label?.isGoal === true;
  if (reason === "no-links") return label?.links === "" && label.isGoal !== true;
  return !stated && dependencies.length === 0;
}

/** Whether a formula is the one that the problem gives, of quantities that are known. */
function checkFormula(context: ChainContext, node: number, written: Formula, own: Formula, place: Piece): boolean {
  const { quantities, report } = context;
  const { dependencies } = quantities.node(node);
  let sound = true;
  const used = new Set<number>();
  for (const { name, start, end } of namesIn(written)) {
    const found = quantities.find(name, node, used);
    if (found === undefined) report("unknown-parameter", `the problem has no "${name}"`, start, end);
    else if (!dependencies.includes(found)) report("wrong-dependency", `${quantities.word(node)} does not rest on ${name}`, start, end);
    else {
      used.add(found);
      continue;
    }
    sound = false;
  }
  const left = dependencies.filter((dependency) => !used.has(dependency));
  if (left.length > 0) {
    const names = left.map((dependency) => quantities.word(dependency)).join(", ");
    report("missing-dependency", `${quantities.word(node)} rests on ${names} too`, place.start, place.end);
    sound = false;
  }
  if (sound && !meanSame(written, own, quantities.grammar.logical)) {
    report("wrong-formula", `this is not how the problem combines them`, place.start, place.end);
    sound = false;
  }
  return checkUse(context, node, written, place) && sound;
}

/** Whether everything that a formula uses is known. */
function checkUse({ quantities, known, isDerivedLater, report }: ChainContext, node: number, formula: Formula, place: Piece): boolean {
  const reported = new Set<number>();
  for (const { name, start, end } of namesIn(formula)) {
    const found = quantities.find(name, node);
    if (found === undefined || known.has(found) || reported.has(found)) continue;
    reported.add(found);
    const [from, to] = end > start ? [start, end] : [place.start, place.end];
    if (isDerivedLater(found)) report("premature-step", `${name} is used before it is computed`, from, to);
    else report("undefined-symbol", `nothing computes ${name}`, from, to);
  }
  return reported.size === 0;
}

/** Checks that each member of a chain equals the one before it, the first one the formula with what is known. */
function checkChain(context: ChainContext, node: number, members: readonly Member[], formula: Formula | undefined): void {
  const { report } = context;
  const lookUp = valuesNear(context, node);
  let before = formula;
  for (const { formula: member, start, end } of members) {
    if (member === undefined) return;
    const wrong: Piece[] = [];
    const shaped = before !== undefined && namesIn(before).length > 0 && substitutes(before, member, lookUp, wrong);
    for (const place of wrong) report("wrong-value", "this quantity has another value", place.start, place.end);
    if (!shaped && before !== undefined && !equal(before, member, lookUp)) {
      const isGiven = before.kind === "value" && before.end === 0;
      report(
        isGiven ? "wrong-value" : "wrong-calculation",
        isGiven ? "the problem gives another value" : "the two sides are not equal",
        start,
        end,
      );
    }
    before = member;
  }
}

/** What names stand for in what is said of a node. */
function valuesNear({ quantities, known }: ChainContext, node: number): (name: string) => Measure | undefined {
  return (name) => {
    const found = quantities.find(name, node);
    return found === undefined ? undefined : known.get(found);
  };
}

function equal(left: Formula, right: Formula, lookUp: (name: string) => Measure | undefined): boolean {
  // The premises of a conclusion have to be equal themselves, or the conclusion would hide what is wrong with them.
  if (left.kind === "operation" && right.kind === "operation" && left.operator === "implied" && right.operator === "implied") {
    return equal(left.operands[0] as Formula, right.operands[0] as Formula, lookUp);
  }
  const [one, other] = [evaluateFormula(left, lookUp), evaluateFormula(right, lookUp)];
  return one === undefined || other === undefined ? one === other : agree(one, other);
}

/** Whether a member is a formula with values in the place of its names; the values that are not those of the names are `wrong`. */
function substitutes(formula: Formula, member: Formula, lookUp: (name: string) => Measure | undefined, wrong: Piece[]): boolean {
  if (formula.kind === "name") {
    const value = lookUp(formula.name);
    if (member.kind !== "value") return false;
    if (value !== undefined && !agree(value, member.value)) wrong.push(member);
    return true;
  }
  if (formula.kind === "value") return member.kind === "value" && agree(formula.value, member.value);
  if (member.kind !== "operation" || member.operator !== formula.operator || member.operands.length !== formula.operands.length)
    return false;
  const found: Piece[] = [];
  const fits = formula.operands.every((operand, index) => substitutes(operand, member.operands[index] as Formula, lookUp, found));
  if (fits) wrong.push(...found);
  return fits;
}
