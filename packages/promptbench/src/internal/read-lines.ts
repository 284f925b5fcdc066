import { BridgeError, type Value } from "@bridge-rl/spec";
import type { Coefficient, Equation, Fact, TreeOperator } from "./fact.js";
import { separateCalculations } from "./separate-calculations.js";

/** What the lines of a description say. */
export interface ReadLines {
  readonly facts: readonly Fact[];
  readonly equations: readonly Equation[];
  readonly kinds: ReadonlySet<LineKind>;
  /** The position of a name, which need not occur in any line. */
  positionOf(name: string): number;
}

type LineKind = "number" | "arithmetic" | "truth" | "boolean" | "implication" | "links" | "equation";

type MutableFact = { -readonly [name in keyof Fact]: Fact[name] };

interface Line {
  readonly kind: LineKind;
  readonly pattern: RegExp;
  read(groups: readonly string[], facts: FactList): void;
}

const operands = (text: string): string[] => text.split(" and ");

function operation(
  kind: LineKind,
  pattern: RegExp,
  operator: TreeOperator,
  read: (groups: readonly string[]) => [name: string, ...operands: string[]],
): Line {
  return {
    kind,
    pattern,
    read: (groups, facts) => {
      const [name, ...children] = read(groups);
      facts.state(name, { operator, children: children.map((child) => facts.positionOf(child)) });
    },
  };
}

function arithmetic(
  text: string,
  operator: TreeOperator,
  read: (groups: readonly string[]) => [name: string, ...operands: string[]],
): Line {
  return operation("arithmetic", new RegExp(`^(\\w+) gets its value by ${text}\\.$`), operator, read);
}

const at = (groups: readonly string[], index: number): string => groups[index] as string;

const lines: readonly Line[] = [
  {
    kind: "number",
    pattern: /^The value of (\w+) is (-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)\.?$/,
    read: (groups, facts) => facts.state(at(groups, 0), { literal: Number(groups[1]) }),
  },
  arithmetic("adding together the value of (.+)", "+", (groups) => [at(groups, 0), ...operands(at(groups, 1))]),
  arithmetic("multiplying together the value of (.+)", "*", (groups) => [at(groups, 0), ...operands(at(groups, 1))]),
  arithmetic("subtracting the (?:value of|sum of the values of) (.+) from the value of (\\w+)", "-", (groups) => [
    at(groups, 0),
    at(groups, 2),
    ...operands(at(groups, 1)),
  ]),
  arithmetic("dividing the value of (\\w+) by (?:those of|the product of the values of) (.+)", "/", (groups) => [
    at(groups, 0),
    at(groups, 1),
    ...operands(at(groups, 2)),
  ]),
  arithmetic("taking the square root of the value that (\\w+) has", "sqrt", (groups) => [at(groups, 0), at(groups, 1)]),
  arithmetic("squaring the value that (\\w+) has", "square", (groups) => [at(groups, 0), at(groups, 1)]),
  {
    kind: "truth",
    pattern: /^(\w+) is (True|False)\.$/,
    read: (groups, facts) => facts.state(at(groups, 0), { literal: groups[1] === "True" }),
  },
  {
    kind: "boolean",
    pattern: /^The value of (\w+) equals to \((.+)\)\.$/,
    read: (groups, facts) => facts.stateLogic(at(groups, 0), at(groups, 1)),
  },
  { kind: "implication", pattern: /^\((.+)\) -> (\w+)\.$/, read: (groups, facts) => facts.stateLogic(at(groups, 1), at(groups, 0)) },
  {
    kind: "links",
    pattern: /^(\w+) points to: \((.+)\)\.$/,
    read: (groups, facts) => {
      const links = groups[1] === "None" ? [] : at(groups, 1).split(", ");
      facts.state(at(groups, 0), { children: links.map((name) => facts.positionOf(name)) });
    },
  },
];

/** What tells a line of a description from an instruction. */
const marks = / gets its value | points to| equals to |^\(.*->/;

/** The facts found so far, by name. */
export class FactList {
  readonly facts: MutableFact[] = [];
  readonly #positions: Map<string, number> = new Map();

  positionOf(name: string): number {
    const known = this.#positions.get(name);
    if (known !== undefined) return known;
    this.#positions.set(name, this.facts.length);
    return this.facts.push({ name, operator: undefined, children: [], literal: undefined, stated: false }) - 1;
  }

  state(name: string, said: { operator?: TreeOperator; children?: number[]; literal?: Value }): void {
    const fact = this.facts[this.positionOf(name)] as MutableFact;
    const again = fact.stated && (said.literal === undefined ? fact.children.length > 0 : fact.literal !== undefined);
    if (again) throw new BridgeError("invalid-input", `${name} is described twice`);
    Object.assign(fact, said, { stated: true });
  }

  stateLogic(name: string, formula: string): void {
    const negated = /^NOT (\w+)$/.exec(formula);
    const operator = negated ? "not" : / and /i.test(formula) ? "and" : "or";
    const names = negated ? [negated[1] as string] : formula.split(new RegExp(` ${operator} `, "i"));
    this.state(name, { operator, children: names.map((child) => this.positionOf(child)) });
  }
}

/**
 * Reads the lines of a description in DyVal's sentences.
 *
 * @throws BridgeError `invalid-input` for a line that begins like one of them and goes on differently, and for a node that is described twice
 */
export function readLines(text: string): ReadLines {
  const list = new FactList();
  const equations: Equation[] = [];
  const kinds = new Set<LineKind>();
  for (const raw of separateCalculations(text.split("\n"))) {
    // PromptBench sometimes forgets the line break behind its heading.
    const line = raw.replace(/^Here is a description of an? [\w ]+ problem:/, "").trim();
    const equation = /^(\S+) x \+ (\S+) y = (\S+)$/.exec(line);
    if (equation !== null) {
      kinds.add("equation");
      const [, a = "", b = "", c = ""] = equation;
      equations.push([coefficient(a, list), coefficient(b, list), coefficient(c, list)]);
      continue;
    }
    const found = lines.find(({ pattern }) => pattern.test(line));
    if (found !== undefined) {
      kinds.add(found.kind);
      found.read((found.pattern.exec(line) as RegExpExecArray).slice(1), list);
    } else if (marks.test(line)) throw new BridgeError("invalid-input", `"${line}" is no line that DyVal writes`);
  }
  return { facts: list.facts, equations, kinds, positionOf: (name) => list.positionOf(name) };
}

function coefficient(text: string, list: FactList): Coefficient {
  return /^-?\d+(\.\d+)?(e[-+]?\d+)?$/.test(text) ? Number(text) : { fact: list.positionOf(text) };
}
