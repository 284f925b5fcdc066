import type { PromptbenchTask } from "../../src/index.js";

type Known = number | boolean | string;

/** What a text says of a problem, found in a second way, and why. */
export interface Proof {
  readonly answer: string;
  /** One line for each thing that was found out, in the order in which it was. */
  readonly lines: readonly string[];
}

/**
 * Solves a text of DyVal's with nothing of the package: rules are applied to lines of text until none says anything new. What then has no
 * value cannot be known.
 */
export function proveAnswer(task: PromptbenchTask, text: string, query: string | undefined): Proof {
  const lines: string[] = [];
  if (task === "reachability" || task === "max_sum_path") return provePath(task, text);
  const rules = text.split("\n").flatMap((line) => ruleOf(line.trim().replace(/^.* problem:/, "")));
  const known = new Map<string, Known>();
  const learn = (name: string, value: Known | undefined, why: string) => {
    if (value === undefined || known.has(name)) return false;
    known.set(name, value);
    lines.push(`${name} is ${value}: ${why}`);
    return true;
  };
  if (task === "abductive_logic") return proveAbduction(text, rules, learn, known, lines);
  for (let again = true; again; ) {
    again = false;
    for (const { name, operator, operands, line } of rules) {
      if (known.has(name)) continue;
      const value = task === "deductive_logic" ? deduce(operator, operands, known) : compute(operator, operands, known);
      again = learn(name, value, line) || again;
    }
  }
  const missing = new Set(
    rules.flatMap(({ operands, operator }) => (operator === "is" ? [] : operands)).filter((name) => !known.has(name)),
  );
  if (missing.size > 0) lines.push(`nothing gives a value to ${[...missing].join(", ")}`);
  if (task === "linear_equation") return { answer: solve(text, known), lines };
  const asked = query ?? /(?:Compute|Deduce) the result of (\w+)|What is the value of (\w+)\?/.exec(text)?.slice(1).find(Boolean);
  return { answer: String(known.get(String(asked)) ?? "N/A"), lines };
}

interface Rule {
  readonly name: string;
  readonly operator: string;
  readonly operands: readonly string[];
  readonly line: string;
}

function ruleOf(line: string): Rule[] {
  const words = line
    .replace(/[().,]/g, " ")
    .replace(/\.$/, "")
    .split(/\s+/)
    .filter(Boolean);
  const rule = (name: string | undefined, operator: string, operands: readonly string[]): Rule[] => [
    { name: String(name), operator, operands, line },
  ];
  const names = (from: string): string[] => from.replace(/\.$/, "").split(" and ");
  const behind = (mark: string): string => line.slice(line.indexOf(mark) + mark.length);
  if (/^The value of \w+ is -?[\d.e+]+\.?$/.test(line)) return rule(words[3], "is", [line.split(" is ")[1]?.replace(/\.$/, "") ?? ""]);
  if (/^\w+ is (True|False)\.$/.test(line)) return rule(words[0], "is", [String(words[2])]);
  if (line.includes("adding together")) return rule(words[0], "+", names(behind("the value of ")));
  if (line.includes("multiplying together")) return rule(words[0], "*", names(behind("the value of ")));
  if (line.includes("subtracting the sum")) {
    const [others, first] = behind("the values of ").split(" from the value of ");
    return rule(words[0], "-", [...names(String(first)), ...names(String(others))]);
  }
  if (line.includes("subtracting")) return rule(words[0], "-", [String(words.at(-1)), String(words[9])]);
  if (line.includes("by the product of")) return rule(words[0], "/", [String(words[9]), ...names(behind("the values of "))]);
  if (line.includes("dividing")) return rule(words[0], "/", [String(words[9]), String(words.at(-1))]);
  if (line.includes("taking the square root")) return rule(words[0], "sqrt", [String(words.at(-2))]);
  if (line.includes("squaring")) return rule(words[0], "square", [String(words.at(-2))]);
  const logic = /equals to/.test(line) ? words.slice(6) : line.startsWith("(") ? words.slice(0, words.indexOf("->")) : undefined;
  if (logic === undefined) return [];
  const name = line.startsWith("(") ? words.at(-1) : words[3];
  if (logic[0] === "NOT") return rule(name, "not", logic.slice(1));
  return rule(
    name,
    String(logic[1]).toLowerCase(),
    logic.filter((_, index) => index % 2 === 0),
  );
}

function compute(operator: string, operands: readonly string[], known: ReadonlyMap<string, Known>): Known | undefined {
  if (operator === "is") return operands[0] === "True" ? true : operands[0] === "False" ? false : Number(operands[0]);
  const values = operands.map((name) => known.get(name));
  if (operator === "and" && values.includes(false)) return false;
  if (operator === "or" && values.includes(true)) return true;
  if (values.includes(undefined)) return undefined;
  if (operator === "and") return true;
  if (operator === "or") return false;
  if (operator === "not") return !values[0];
  const [first = Number.NaN, ...others] = values.map(Number);
  const sum = others.reduce((total, one) => total + one, 0);
  const product = others.reduce((total, one) => total * one, 1);
  const results: Record<string, number> = {
    "+": first + sum,
    "-": first - sum,
    "*": first * product,
    "/": first / product,
    sqrt: first ** 0.5,
    square: first * first,
  };
  return results[operator];
}

function deduce(operator: string, operands: readonly string[], known: ReadonlyMap<string, Known>): Known | undefined {
  if (operator === "is") return operands[0] === "True";
  const values = operands.map((name) => known.get(name));
  const holds =
    operator === "not"
      ? values[0] === false
      : operator === "and"
        ? values.every((value) => value === true)
        : values.some((value) => value === true);
  return holds || undefined;
}

function proveAbduction(
  text: string,
  rules: readonly Rule[],
  learn: (name: string, value: Known | undefined, why: string) => boolean,
  known: ReadonlyMap<string, Known>,
  lines: readonly string[],
): Proof {
  const [, root = "", value, asked = ""] = /Given (\w+) is (\w+), what is the value of (\w+)\?/.exec(text) ?? [];
  learn(root, value === "True", "it is given");
  for (let again = true; again; ) {
    again = false;
    for (const { name, operator, operands, line } of rules) {
      if (known.get(name) !== false || operator === "and") continue;
      for (const operand of operands) again = learn(operand, operator === "not", line) || again;
    }
  }
  const found = known.get(asked);
  return { answer: found === undefined ? "N/A" : String(found), lines };
}

/** Two equations, by elimination with the larger pivot. */
function solve(text: string, known: ReadonlyMap<string, Known>): string {
  const rows = [...text.matchAll(/^(\S+) x \+ (\S+) y = (\S+)$/gm)].map((match) =>
    match.slice(1).map((part) => (/^-?[\d.]+$/.test(part) ? Number(part) : Number(known.get(part)))),
  );
  const [upper = [], lower = []] = Math.abs(rows[0]?.[0] ?? 0) >= Math.abs(rows[1]?.[0] ?? 0) ? rows : [...rows].reverse();
  const [a = 0, b = 0, c = 0] = upper;
  const [d = 0, e = 0, f = 0] = lower;
  const y = (f - (d / a) * c) / (e - (d / a) * b);
  return `${(c - b * y) / a} ${y}`;
}

/** Tries every path. */
function provePath(task: PromptbenchTask, text: string): Proof {
  const links = new Map([...text.matchAll(/^(\w+) points to: \((.+)\)\.$/gm)].map(([, name = "", to = ""]) => [name, to.split(", ")]));
  const weights = new Map([...text.matchAll(/^The value of (\w+) is (\d+)$/gm)].map(([, name = "", value]) => [name, Number(value)]));
  const reach = /Can (\w+) be reached starting from (\w+)\?/.exec(text);
  const [, start = "", goal = ""] = reach ? [reach[0], reach[2], reach[1]] : (/sum path from (\w+) to (\w+)\?/.exec(text) ?? []);
  const best = new Map<string, { sum: number; path: string } | undefined>();
  const visit = (name: string): { sum: number; path: string } | undefined => {
    const own = weights.get(name) ?? 0;
    if (name === goal) return { sum: own, path: name };
    if (best.has(name)) return best.get(name);
    best.set(name, undefined);
    const onward = (links.get(name) ?? []).map(visit).filter((way) => way !== undefined);
    const [first] = onward.sort((one, other) => other.sum - one.sum);
    const way = first && { sum: own + first.sum, path: `${name}->${first.path}` };
    best.set(name, way);
    return way;
  };
  const way = visit(start);
  if (task === "reachability") return { answer: way ? "True" : "False", lines: [way?.path ?? `no path from ${start} leads to ${goal}`] };
  return { answer: way ? String(way.sum) : "N/A", lines: [way?.path ?? `no path from ${start} leads to ${goal}`] };
}
