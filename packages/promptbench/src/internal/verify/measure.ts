import type { Operator, Value } from "@bridge-rl/spec";
import { notAvailable } from "../../tasks.js";

/** A number as far as its digits tell: everything that they could be rounded from. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** What a value can be when it is read from text: a number within bounds, a truth value, "N/A", or several side by side. */
export type Measure = Interval | boolean | typeof notAvailable | readonly Measure[];

function isInterval(measure: Measure | undefined): measure is Interval {
  return typeof measure === "object" && "low" in measure;
}

function isList(measure: Measure): measure is readonly Measure[] {
  return typeof measure === "object" && !("low" in measure);
}

/** The relative error that DyVal allows a number; digits that say less than that are taken at their word. */
const tolerance = 1e-4;
/** Half a unit of the eighth decimal, which is where DyVal rounds, however small the number. */
const eighthDecimal = 0.5e-8;

/** What a number in a text can have been rounded from; to eight digits at least, as phrasebooks do, whose zeros then are left out. */
export function measureOf(text: string): Interval {
  const value = Number(text);
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const decimals = mantissa.split(".")[1]?.length;
  // DyVal writes 0.0 for all that it rounds to nothing.
  if (value === 0) return decimals === undefined ? { low: 0, high: 0 } : { low: -eighthDecimal, high: eighthDecimal };
  const unit = 10 ** (Number(exponent) - (decimals ?? 0));
  const half = decimals === undefined && exponent === "0" ? 0 : 0.5 * unit;
  const eighthDigit = 0.5 * 10 ** (Math.floor(Math.log10(Math.abs(value))) - 7);
  const error = Math.max(eighthDigit, Math.min(half, tolerance * Math.abs(value)), Math.min(half, eighthDecimal));
  return { low: value - error, high: value + error };
}

/** A value of a graph, exactly. */
export function exactly(value: Value): Measure {
  if (typeof value === "number") return { low: value, high: value };
  if (typeof value === "boolean") return value;
  return value.includes(" ") ? value.split(" ").map((part) => exactly(Number(part))) : notAvailable;
}

/** Rounding of doubles, which may differ with the order of operations. */
const slack = 1e-9;

/** Whether two measures can be of one value. */
export function agree(left: Measure, right: Measure): boolean {
  if (isInterval(left) && isInterval(right)) {
    const room = slack * Math.max(1e-3, Math.min(Math.abs(left.low), Math.abs(right.low)));
    return left.low <= right.high + room && right.low <= left.high + room;
  }
  if (typeof left === "object" && typeof right === "object" && isList(left) && isList(right)) {
    return left.length === right.length && left.every((part, index) => agree(part, right[index] as Measure));
  }
  return left === right;
}

/** Applies an operator. Undefined where the operands are none that it takes. */
export function applyTo(operator: Operator, operands: readonly Measure[]): Measure | undefined {
  switch (operator) {
    case "and":
    case "or":
      return junction(operands, operator === "or");
    case "not":
      return negation(operands[0]);
    case "implied":
      return operands[0] === true ? true : notAvailable;
    case "refuted":
      return operands[0] === false ? false : notAvailable;
    case "pair":
      return operands;
    case "max":
      return largest(operands);
    default:
      return arithmetic(operator, operands);
  }
}

function junction(operands: readonly Measure[], decisive: boolean): Measure | undefined {
  if (operands.some((operand) => typeof operand === "object")) return undefined;
  if (operands.includes(decisive)) return decisive;
  return operands.includes(notAvailable) ? notAvailable : !decisive;
}

function negation(operand: Measure | undefined): Measure | undefined {
  if (operand === notAvailable) return operand;
  return typeof operand === "boolean" ? !operand : undefined;
}

function largest(operands: readonly Measure[]): Measure | undefined {
  const numbers = operands.filter((operand) => operand !== notAvailable);
  if (!numbers.every(isInterval)) return undefined;
  if (numbers.length === 0) return notAvailable;
  return { low: Math.max(...numbers.map(({ low }) => low)), high: Math.max(...numbers.map(({ high }) => high)) };
}

function arithmetic(operator: Operator, operands: readonly Measure[]): Measure | undefined {
  if (operands.includes(notAvailable)) return notAvailable;
  if (!operands.every(isInterval)) return undefined;
  const [first, ...others] = operands;
  if (first === undefined) return undefined;
  if (operator === "square") return squared(first);
  if (operator === "sqrt") return { low: Math.sqrt(Math.max(0, first.low)), high: Math.sqrt(first.high) };
  return others.reduce((left, right) => binary(operator, left, right), first);
}

function squared({ low, high }: Interval): Interval {
  const ends = [low * low, high * high];
  return { low: low < 0 && high > 0 ? 0 : Math.min(...ends), high: Math.max(...ends) };
}

function binary(operator: Operator, left: Interval, right: Interval): Interval {
  if (operator === "+") return { low: left.low + right.low, high: left.high + right.high };
  if (operator === "-") return { low: left.low - right.high, high: left.high - right.low };
  if (operator === "/" && right.low <= 0 && right.high >= 0) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const combine = (one: number, other: number) => (operator === "/" ? one / other : one * other);
  const ends = [left.low, left.high].flatMap((one) => [combine(one, right.low), combine(one, right.high)]);
  return { low: Math.min(...ends), high: Math.max(...ends) };
}
