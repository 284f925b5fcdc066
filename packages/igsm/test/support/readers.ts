/** Solvers that know nothing of the generator: they read a prompt as a person would. */

/** Solves a terse prompt by substituting premises. */
export function solveTerse(prompt: string, modulus: number | undefined): number {
  const [line = ""] = prompt.split("\n");
  const statements = line.replaceAll(" ", "").split(";");
  const question = /^\?([A-Za-z]+)$/.exec(statements.pop() ?? "");
  if (question === null) throw new Error(`no question in ${prompt}`);
  const premises = new Map<string, string>();
  for (const statement of statements) {
    const [symbol = "", formula = ""] = statement.split("=");
    if (premises.has(symbol)) throw new Error(`${symbol} is stated twice`);
    premises.set(symbol, formula);
  }
  const values = new Map<string, number>();
  const lookUp = (symbol: string): number => {
    const known = values.get(symbol);
    if (known !== undefined) return known;
    const formula = premises.get(symbol);
    if (formula === undefined) throw new Error(`${symbol} is not stated`);
    const value = reduce(compute(formula.replace(/[A-Za-z]+/g, (name) => `(${lookUp(name)})`)), modulus);
    values.set(symbol, value);
    return value;
  };
  return lookUp(question[1] as string);
}

/** Computes arithmetic on integers with + - * and parentheses, numbers in parentheses may be negative. */
export function compute(text: string): number {
  const tokens = text.match(/\d+|[-+*()]/g) ?? [];
  let at = 0;
  const sum = (): number => {
    let value = product();
    while (tokens[at] === "+" || tokens[at] === "-") value += (tokens[at++] === "+" ? 1 : -1) * product();
    return value;
  };
  const product = (): number => {
    let value = atom();
    while (tokens[at] === "*") {
      at++;
      value *= atom();
    }
    return value;
  };
  const atom = (): number => {
    const token = tokens[at++];
    if (token === "-") return -atom();
    if (token !== "(") return Number(token);
    const value = sum();
    at++;
    return value;
  };
  const value = sum();
  if (at !== tokens.length) throw new Error(`"${text}" is not arithmetic`);
  return value;
}

/** Solves a prose prompt. `categoryOf` says which layer a name belongs to: that is common knowledge, not stated. */
export function solveProse(prompt: string, categoryOf: (name: string) => string): number {
  const lines = prompt.split("\n");
  const question = lines.pop() ?? "";
  const premises = new Map<string, string>();
  const held = new Map<string, string[]>();
  for (const line of lines) {
    const match = /^The number of (each .+?) (?:equals|is equal to) (.+)\.$/.exec(line);
    if (match === null) throw new Error(`cannot read "${line}"`);
    const [, name, formula] = match as unknown as [string, string, string];
    premises.set(name, formula);
    const [container, item] = split(name);
    held.set(container, [...(held.get(container) ?? []), item]);
  }
  const modulusText = /^Counting modulo (\d+), (.*)$/.exec(question);
  const modulus = modulusText === null ? undefined : Number(modulusText[1]);
  const asked = /^how many (.+) (?:does each (.+) have|are there in each (.+))\?$/i.exec(modulusText?.[2] ?? question);
  if (asked === null) throw new Error(`cannot read "${question}"`);
  const known = new Map<string, number>();

  const lookUp = (name: string): number => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const formula = premises.get(name);
    const value = reduce(formula === undefined ? count(name) : phrase(formula), modulus);
    known.set(name, value);
    return value;
  };
  const count = (name: string): number => {
    const [container, category] = split(name);
    let sum = 0;
    for (const item of held.get(container) ?? []) {
      const each = lookUp(`each ${container}'s ${item}`);
      sum += categoryOf(item) === category ? each : each * lookUp(`each ${item}'s ${category}`);
    }
    return sum;
  };
  const phrase = (text: string): number => {
    const literal = /^(\d+)(?: (more than|times) (.+))?$/.exec(text);
    if (literal !== null) {
      const [, digits, relation, rest] = literal;
      if (rest === undefined) return Number(digits);
      return relation === "times" ? Number(digits) * phrase(rest) : Number(digits) + phrase(rest);
    }
    const compound = /^the (sum|difference) of (.+)$/.exec(text);
    if (compound === null) return lookUp(text);
    const [, kind, rest] = compound as unknown as [string, string, string];
    const operands = rest.split(/, (?=each )| and (?=each )/).map(lookUp);
    return operands.reduce((left, right) => (kind === "sum" ? left + right : left - right));
  };
  return lookUp(`each ${asked[2] ?? asked[3]}'s ${asked[1]}`);
}

function split(name: string): [string, string] {
  const match = /^each (.+)'s (.+)$/.exec(name);
  if (match === null) throw new Error(`"${name}" is no quantity`);
  return [match[1] as string, match[2] as string];
}

function reduce(value: number, modulus: number | undefined): number {
  return modulus === undefined ? value + 0 : ((value % modulus) + modulus) % modulus;
}
