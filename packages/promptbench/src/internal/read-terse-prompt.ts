import { BridgeError } from "@bridge-rl/spec";
import type { PromptbenchTask } from "../tasks.js";
import type { Coefficient, Description, Equation, TreeOperator } from "./fact.js";
import { FactList } from "./read-lines.js";

const name = "[A-Za-z]\\w*";
const number = "-?(?:\\d+\\.?\\d*|\\.\\d+)(?:e[-+]?\\d+)?";
const premise = new RegExp(`^(${name})=(.+)$`);
const links = new RegExp(`^(${name})=(${number})?>((?:${name}(?:,${name})*)?)$`);
const equation = new RegExp(`^(${name}|${number})\\*x\\+(${name}|${number})\\*y=(${name}|${number})$`);
const implication = new RegExp(`^(~?)(${name}(?:[&|]${name})*)>(${name})$`);

const signs: Readonly<Record<string, TreeOperator>> = { "+": "+", "-": "-", "*": "*", "/": "/", "&": "and", "|": "or" };

/**
 * Reads a prompt of the terse format, `m=7;K=m+T;T=3;?K`. What its signs don't tell is arithmetic: truth values look like numbers there.
 *
 * @param wanted  the task of a text of given values alone, where it is another
 * @returns undefined where the text is not terse
 * @throws BridgeError `invalid-input` where a premise can't be read, or a name is described twice
 */
export function readTersePrompt(text: string, wanted?: PromptbenchTask): Description | undefined {
  const parts = text.trim().split(";");
  const question = /^\?(.+)$/.exec(parts.pop() as string)?.[1];
  if (question === undefined || parts.some((part) => /\s\w+\s/.test(part))) return undefined;
  const list = new FactList();
  const equations: Equation[] = [];
  const tasks = new Set<Description["task"]>();
  const ends = question.split(">");
  const isPath = ends.length === 2;
  for (const part of parts.map((one) => one.replaceAll(" ", ""))) {
    const task = isPath
      ? readLinks(part, list)
      : (readEquation(part, list, equations) ?? readImplication(part, list) ?? readPremise(part, list));
    if (task !== undefined) tasks.add(task);
  }
  const [first, second] = equations;
  if (first !== undefined && second !== undefined)
    return { task: "linear_equation", facts: list.facts, query: -1, equations: [first, second] };
  const [query, goal] = ends.map((end) => list.positionOf(end)) as [number, number | undefined];
  const { facts } = list;
  if (goal !== undefined) return { task: tasks.has("max_sum_path") ? "max_sum_path" : "reachability", facts, query, goal };
  const open = (wanted === "bool_logic" || wanted === "deductive_logic") && facts.every(({ operator }) => operator === undefined);
  const task = [...tasks][0] ?? (open ? wanted : "arithmetic");
  if (tasks.size > 1) throw new BridgeError("invalid-input", `the text mixes ${[...tasks].join(" and ")}`);
  const told =
    task === "arithmetic"
      ? facts
      : facts.map((fact) => (typeof fact.literal === "number" ? { ...fact, literal: fact.literal === 1 } : fact));
  return { task, facts: told, query };
}

type Task = Description["task"];

function refuse(part: string): never {
  throw new BridgeError("invalid-input", `"${part}" is no premise of the terse format`);
}

function readLinks(part: string, list: FactList): Task {
  const [, from, weight, to] = links.exec(part) ?? refuse(part);
  const children =
    to === ""
      ? []
      : String(to)
          .split(",")
          .map((one) => list.positionOf(one));
  list.state(String(from), { children, ...(weight === undefined ? {} : { literal: Number(weight) }) });
  return weight === undefined ? "reachability" : "max_sum_path";
}

function readEquation(part: string, list: FactList, equations: Equation[]): Task | undefined {
  const found = equation.exec(part);
  if (found === null) return undefined;
  const coefficient = (text: string): Coefficient => (Number.isNaN(Number(text)) ? { fact: list.positionOf(text) } : Number(text));
  const [, a = "", b = "", c = ""] = found;
  equations.push([coefficient(a), coefficient(b), coefficient(c)]);
  return "linear_equation";
}

/** `a|b>c`: a line of abduction. */
function readImplication(part: string, list: FactList): Task | undefined {
  const found = implication.exec(part);
  if (found === null) return undefined;
  const [, not, premises = "", conclusion = ""] = found;
  const operator = not === "~" ? "not" : premises.includes("&") ? "and" : "or";
  list.state(conclusion, { operator, children: premises.split(/[&|]/).map((one) => list.positionOf(one)) });
  return "abductive_logic";
}

function readPremise(part: string, list: FactList): Task | undefined {
  const [, own = "", said = ""] = premise.exec(part) ?? refuse(part);
  if (new RegExp(`^${number}$`).test(said)) {
    list.state(own, { literal: Number(said) });
    return undefined;
  }
  const implied = /^>\(?([^()]+)\)?$/.exec(said)?.[1];
  const formula = implied ?? said;
  const children = formula.match(new RegExp(name, "g"))?.map((one) => list.positionOf(one)) ?? refuse(part);
  const operator = operatorOf(formula) ?? refuse(part);
  list.state(own, { operator, children });
  if (implied !== undefined) return "deductive_logic";
  return operator === "and" || operator === "or" || operator === "not" ? "bool_logic" : undefined;
}

function operatorOf(formula: string): TreeOperator | undefined {
  if (new RegExp(`^~${name}$`).test(formula)) return "not";
  if (new RegExp(`^${name}\\^2$`).test(formula)) return "square";
  if (new RegExp(`^${name}\\^0?\\.5$`).test(formula)) return "sqrt";
  const sign = /^\w+([-+*/&|])/.exec(formula)?.[1];
  const isChain = sign !== undefined && formula.split(sign).every((one) => new RegExp(`^${name}$`).test(one));
  return isChain ? signs[sign] : undefined;
}
