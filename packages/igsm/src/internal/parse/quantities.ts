import type { Expression } from "@bridge-rl/spec";
import type { NameParts } from "./split-names.js";
import type { Structure } from "./structure.js";

/** The quantities that a problem mentions, numbered in the order of mention. References of their formulas are such numbers. */
export class Quantities {
  readonly names: string[] = [];
  readonly formulas: (Expression | undefined)[] = [];
  readonly parts: NameParts[] = [];
  readonly #numbers: Map<string, number> = new Map();

  find(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  intern(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.names.length;
    this.#numbers.set(name, number);
    this.names.push(name);
    this.formulas.push(undefined);
    return number;
  }

  /** A quantity whose parts are known already. */
  internParts(container: string, held: string): number {
    const number = this.intern(`${container}'s ${held}`);
    this.parts[number] ??= { container, held };
    return number;
  }
}

/**
 * The formula of a category in a container (arXiv 2407.20311): the sum of what it holds where the category lies one layer below, else the
 * sum over what it holds of how many × their content of that category; 0 for a container that holds nothing.
 */
export function categoryFormula(
  quantities: Quantities,
  structure: Structure,
  { container, held: category }: NameParts,
  distance: number,
): Expression {
  const item = structure.find(container);
  const children = item === undefined ? [] : (structure.children[item] as readonly number[]);
  const terms = children.map((child): Expression => {
    const name = structure.items[child] as string;
    const count: Expression = { kind: "reference", node: quantities.internParts(container, name) };
    if (distance === 1) return count;
    const each: Expression = { kind: "reference", node: quantities.internParts(name, category) };
    return { kind: "operation", operator: "*", operands: [count, each] };
  });
  if (terms.length === 0) return { kind: "constant", value: 0 };
  return terms.length === 1 ? (terms[0] as Expression) : { kind: "operation", operator: "+", operands: terms };
}
