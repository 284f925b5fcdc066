/** What can be changed about the terse format. */
export interface TersePhrasebookOptions {
  /** Writes a derivation's operands as symbols before their values: `T=3*m=3*7=21` rather than `T=3*7=21`. @defaultValue true */
  readonly symbols?: boolean;
  /** Puts a space behind every symbol, number and sign, for tokenizers that split at spaces. @defaultValue false */
  readonly spaces?: boolean;
}

/** Every decision about how the terse format looks. */
export interface TerseWording {
  readonly name: string;
  premise(symbol: string, formula: string): string;
  question(symbol: string): string;
  readonly opening: string;
  restate(symbol: string, formula: string): string;
  attempt(symbol: string, missing: readonly string[]): string;
  /** `values` are the formula with numbers, its intermediate results where wanted, and its value; a leaf has its value alone. */
  derive(symbol: string, formula: string, values: readonly string[]): string;
  check(symbol: string, values: readonly string[]): string;
  plan(symbol: string, needed: readonly string[]): string;
  estimate(symbol: string, low: string, high: string): string;
  retract(symbol: string, value: string): string;
  remark(text: string): string;
  closing(answer: string): string;
}

/** The terse format as the options want it. */
export function terseWording(options: Required<TersePhrasebookOptions>): TerseWording {
  const { symbols, spaces } = options;
  const changes = [...(symbols ? [] : ["symbols=false"]), ...(spaces ? ["spaces=true"] : [])];
  const put = spaces ? (text: string) => text.replace(/[A-Za-z]+|\d+|[^\sA-Za-z\d]/g, "$& ") : (text: string) => text;
  return {
    name: changes.length === 0 ? "terse" : `terse(${changes.join(",")})`,
    premise: (symbol, formula) => put(`${symbol}=${formula};`),
    question: (symbol) => `${put(`?${symbol}`)}\n`,
    opening: "<think>",
    restate: (symbol, formula) => put(`${symbol}=${formula};`),
    attempt: (symbol, missing) => put(`${symbol}?${missing.join(",")};`),
    derive(symbol, formula, values) {
      let text = symbols && values[0] !== formula ? `${symbol}=${formula}` : symbol;
      for (const value of values) text += `=${value}`;
      return put(`${text};`);
    },
    check: (symbol, values) => put(`${symbol}!${values.join("=")};`),
    plan: (symbol, needed) => put(`${symbol}<${needed.join(",")};`),
    estimate: (symbol, low, high) => put(`${symbol}~${low},${high};`),
    retract: (symbol, value) => put(`${symbol}#${value};`),
    remark: (text) => `${text}${put(";")}`,
    closing: (answer) => `</think>\\boxed{${answer}}`,
  };
}
