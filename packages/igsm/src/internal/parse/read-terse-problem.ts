import { BridgeError, type Expression, type ReasoningGraph } from "@bridge-rl/spec";
import { readArithmetic } from "../read-arithmetic.js";
import { assembleGraph } from "./assemble-graph.js";

/** Whether a prompt is written as `m=7;K=m+T;T=3*m;?K`, with or without spaces; `m:7` as in our first version is understood too. */
export function isTerseProblem(text: string): boolean {
  return /^\s*(?:[A-Za-z]{1,2}\s*[:=]|\?)/.test(text);
}

/** Reads a terse prompt. Every quantity is named by its symbol. @throws BridgeError `invalid-input` */
export function readTerseProblem(text: string, modulus: number | undefined): ReasoningGraph {
  const symbols: string[] = [];
  const numbers = new Map<string, number>();
  const formulas: (Expression | undefined)[] = [];
  const intern = (symbol: string): number => {
    const known = numbers.get(symbol);
    if (known !== undefined) return known;
    numbers.set(symbol, symbols.length);
    formulas.push(undefined);
    return symbols.push(symbol) - 1;
  };
  let target: string | undefined;
  for (const statement of text.split(";")) {
    const words = statement.trim();
    if (words === "") continue;
    if (words.startsWith("?")) {
      if (target !== undefined) throw new BridgeError("invalid-input", "a terse problem asks one question, not two");
      target = words.slice(1).trim();
      continue;
    }
    const sign = words.search(/[:=]/);
    const formula = sign === -1 ? undefined : readArithmetic(words.slice(sign + 1), intern);
    if (formula === undefined) throw new BridgeError("invalid-input", `"${words}" is no premise of a terse problem, such as K=m+T`);
    const quantity = intern(words.slice(0, sign).trim());
    if (formulas[quantity] !== undefined) throw new BridgeError("invalid-input", `${words.slice(0, sign)} is given twice`);
    formulas[quantity] = formula;
  }
  const asked = target === undefined ? undefined : numbers.get(target);
  if (asked === undefined)
    throw new BridgeError("invalid-input", "a terse problem ends with a question about one of its symbols, such as ?K");
  return assembleGraph(
    {
      count: symbols.length,
      formula(quantity) {
        const formula = formulas[quantity];
        if (formula === undefined) throw new BridgeError("invalid-input", `no premise says what ${symbols[quantity]} equals`);
        return formula;
      },
      describe: (quantity) => ({ name: symbols[quantity] as string, label: { symbol: symbols[quantity] as string }, stated: true }),
    },
    asked,
    modulus,
  );
}
