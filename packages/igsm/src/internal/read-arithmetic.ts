import type { Expression } from "@bridge-rl/spec";

/** What arithmetic in symbols is made of. */
export type Token =
  | { readonly kind: "number"; readonly value: number; readonly start: number; readonly end: number }
  | { readonly kind: "symbol"; readonly text: string; readonly start: number; readonly end: number }
  | { readonly kind: "sign"; readonly text: "+" | "-" | "*" | "(" | ")"; readonly start: number; readonly end: number };

/**
 * Cuts arithmetic into tokens. A minus before a number that nothing stands before belongs to the number: `3*-4`, `7 + -8`.
 *
 * @param named  symbols may be whole names, which end at a sign between blanks
 * @returns undefined where a character fits nothing
 */
export function tokenize(text: string, start: number, end: number, named = false): Token[] | undefined {
  const tokens: Token[] = [];
  let operand = false;
  for (let at = start; at < end; ) {
    const code = text.charCodeAt(at);
    if (code === 32) {
      at++;
      continue;
    }
    const from = at;
    const digits = code === 45 && !operand ? skipBlanks(text, at + 1) : at;
    const negative = digits > at && isDigit(text.charCodeAt(digits));
    if (negative || isDigit(code)) {
      at = digits;
      let value = 0;
      while (at < end && isDigit(text.charCodeAt(at))) value = value * 10 + text.charCodeAt(at++) - 48;
      if (!named || endsOperand(text, at, end)) {
        tokens.push({ kind: "number", value: negative ? -value : value, start: from, end: at });
        operand = true;
        continue;
      }
      at = from;
    }
    if (isLetter(code) || (named && isDigit(code))) {
      at = named ? nameEnd(text, at, end) : letterEnd(text, at, end);
      tokens.push({ kind: "symbol", text: text.slice(from, at), start: from, end: at });
      operand = true;
      continue;
    }
    const sign = text[at];
    if (sign !== "+" && sign !== "-" && sign !== "*" && sign !== "(" && sign !== ")") return undefined;
    tokens.push({ kind: "sign", text: sign, start: from, end: ++at });
    operand = sign === ")";
  }
  return tokens;
}

/** Whether a number ends here in text with names, which may begin with digits ("99 Ranch Market's Milk"). */
function endsOperand(text: string, at: number, end: number): boolean {
  if (at === end) return true;
  if (text.charCodeAt(at) !== 32) return false;
  const next = skipBlanks(text, at);
  const code = text.charCodeAt(next);
  return next >= end || code === 42 || code === 43 || code === 45 || code === 41;
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) === 32) at++;
  return at;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

function letterEnd(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isLetter(text.charCodeAt(at))) at++;
  return at;
}

/** Names have hyphens in them, but no sign between two blanks. */
function nameEnd(text: string, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    if (text.charCodeAt(at) !== 32) continue;
    const code = text.charCodeAt(at + 1);
    if ((code === 42 || code === 43 || code === 45) && text.charCodeAt(at + 2) === 32) return at;
  }
  return end;
}

/** Reads arithmetic as an expression, sums and products with all their terms at once. Returns undefined for other text. */
export function readArithmetic(text: string, resolve: (symbol: string) => number | undefined): Expression | undefined {
  const tokens = tokenize(text, 0, text.length);
  return tokens && parse(tokens, resolve);
}

function parse(tokens: readonly Token[], resolve: (symbol: string) => number | undefined): Expression | undefined {
  let at = 0;
  const expression = sum();
  return at === tokens.length ? expression : undefined;

  function sum(): Expression | undefined {
    let left = product();
    for (let sign = signAt(); left !== undefined && (sign === "+" || sign === "-"); sign = signAt()) {
      at++;
      const right = product();
      if (right === undefined) return undefined;
      left = join(sign, left, right);
    }
    return left;
  }

  function product(): Expression | undefined {
    let left = atom();
    while (left !== undefined && signAt() === "*") {
      at++;
      const right = atom();
      if (right === undefined) return undefined;
      left = join("*", left, right);
    }
    return left;
  }

  function atom(): Expression | undefined {
    const token = tokens[at++];
    if (token?.kind === "number") return { kind: "constant", value: token.value };
    if (token?.kind === "symbol") {
      const node = resolve(token.text);
      return node === undefined ? undefined : { kind: "reference", node };
    }
    if (token?.text !== "(") return undefined;
    const inner = sum();
    if (signAt() !== ")") return undefined;
    at++;
    return inner;
  }

  function signAt(): string | undefined {
    const token = tokens[at];
    return token?.kind === "sign" ? token.text : undefined;
  }

  /** A sum goes on with further terms, parenthesised or not: addition does not mind. */
  function join(operator: "+" | "-" | "*", left: Expression, right: Expression): Expression {
    if (operator !== "-" && left.kind === "operation" && left.operator === operator)
      return { ...left, operands: [...left.operands, right] };
    return { kind: "operation", operator, operands: [left, right] };
  }
}
