import { BridgeError } from "@bridge-rl/spec";
import { InvalidArgumentError } from "commander";

/** Reads a whole number of at least `minimum`. */
export function wholeNumber(minimum = 0): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!Number.isSafeInteger(number) || number < minimum || text.trim() === "") {
      throw new InvalidArgumentError(`It has to be a whole number of at least ${minimum}.`);
    }
    return number;
  };
}

/** Reads a number of at least `minimum`. */
export function realNumber(minimum = 0): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!Number.isFinite(number) || number < minimum || text.trim() === "")
      throw new InvalidArgumentError(`It has to be a number of at least ${minimum}.`);
    return number;
  };
}

/** Reads one of several words. */
export function oneOf<const Choice extends string>(choices: readonly Choice[]): (text: string) => Choice {
  return (text) => {
    const choice = choices.find((each) => each === text);
    if (choice === undefined) throw new InvalidArgumentError(`It has to be one of ${choices.join(", ")}.`);
    return choice;
  };
}

/** Reads `15-20`, or `7` for 7-7. */
export function numberRange(text: string): readonly [number, number] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text.trim());
  const [low, high] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  if (!match || high < low) throw new InvalidArgumentError("It has to be a number or a range such as 15-20.");
  return [low, high];
}

/** Reads `3/8`. */
export function shardFlag(text: string): { readonly shard: number; readonly of: number } {
  const match = /^(\d+)\/(\d+)$/.exec(text.trim());
  const [shard, of] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || shard < 1 || shard > of) throw new InvalidArgumentError("It has to be one of the parts 1/n to n/n, such as 3/8.");
  return { shard, of };
}

/** Reads names with shares, `vanilla=1,bridge=3`. */
export function nameShares(text: string): readonly (readonly [name: string, share: number])[] {
  return text.split(",").map((part) => {
    const [name = "", share = "", ...rest] = part.split("=");
    const number = Number(share);
    if (rest.length > 0 || name.trim() === "" || share.trim() === "" || !(number >= 0 && number < Number.POSITIVE_INFINITY)) {
      throw new InvalidArgumentError(`It has to be names and shares, such as one=1,other=3.`);
    }
    return [name.trim(), number] as const;
  });
}

/** Reads names with numbers of problems, `easy=100,hard`, of which the last may do without. */
export function levelLengths(text: string): readonly (readonly [name: string, problems: number | undefined])[] {
  const parts = text.split(",");
  return parts.map((part, place) => {
    const [name = "", length, ...rest] = part.split("=");
    const problems = length === undefined ? undefined : Number(length);
    const fits = problems === undefined ? place === parts.length - 1 : Number.isSafeInteger(problems) && problems > 0;
    if (rest.length > 0 || name.trim() === "" || !fits) {
      throw new InvalidArgumentError("It has to be levels with their numbers of problems, such as easy=100,hard=50.");
    }
    return [name.trim(), problems] as const;
  });
}

/** Reads `0=0.4`, an answer and a share, and gathers those that are given. */
export function answerShare(
  text: string,
  before: readonly (readonly [answer: string | number | boolean, share: number])[] = [],
): readonly (readonly [answer: string | number | boolean, share: number])[] {
  const at = text.lastIndexOf("=");
  const [word, share] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  const number = Number(share);
  if (at < 1 || word === "" || share === "" || !(number >= 0 && number <= 1)) {
    throw new InvalidArgumentError("It has to be an answer and a share from 0 to 1, such as 0=0.4.");
  }
  const value = parseLooseValue(word);
  const answer = typeof value === "number" || typeof value === "boolean" ? value : word;
  return [...before, [answer, number] as const];
}

/** Gathers a flag that may be given several times. */
export function gather(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** A value of `--set`: JSON where it is JSON, else the text itself. */
function parseLooseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // `--set phrasebook=prose` is meant as it stands
  }
}

/**
 * Reads `key=value` pairs, `a.b=3` into nested objects.
 *
 * @param flag  as it is called in messages
 * @throws BridgeError `invalid-option` for a pair without `=`, or one that goes through a value that is no object
 */
export function parseAssignments(pairs: readonly string[], flag = "--set"): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const pair of pairs) {
    const match = /^([^=]+)=(.*)$/s.exec(pair);
    if (!match) throw new BridgeError("invalid-option", `${flag} ${pair} has no value; write ${flag} key=value`);
    assignPath(result, String(match[1]).split("."), parseLooseValue(String(match[2])), flag);
  }
  return result;
}

/** Sets a value deep in an object, in place. */
function assignPath(target: Record<string, unknown>, path: readonly string[], value: unknown, flag: string): void {
  const [name, ...rest] = path;
  if (name === undefined || name === "__proto__") throw new BridgeError("invalid-option", `"${path.join(".")}" is no option name`);
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const inner = target[name] ?? {};
  if (!isPlainObject(inner))
    throw new BridgeError("invalid-option", `${flag} ${path.join(".")} goes into ${name}, which was set to a plain value before`);
  target[name] = inner;
  assignPath(inner, rest, value, flag);
}

/** Lays the values of one nested object over another one, without changing either. */
export function mergeDeep(base: Readonly<Record<string, unknown>>, over: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const before = result[name];
    result[name] = isPlainObject(before) && isPlainObject(value) ? mergeDeep(before, value) : value;
  }
  return result;
}

/** Whether a value is an object literal, not an array, a function or an instance of something. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
