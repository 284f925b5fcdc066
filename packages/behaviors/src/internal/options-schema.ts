import type { StandardSchemaV1 } from "@standard-schema/spec";

/** One option: what it is where it is left out, and whether a value will do. */
export interface OptionField<Value> {
  readonly default: Value;
  /** Completes "expected …". */
  readonly expected: string;
  accepts(value: unknown): boolean;
}

type Fields = Readonly<Record<string, OptionField<unknown>>>;
type Values<Given extends Fields> = { readonly [Name in keyof Given]: Given[Name] extends OptionField<infer Value> ? Value : never };

type Inputs<Given extends Fields> = { readonly [Name in keyof Values<Given>]?: Values<Given>[Name] | undefined };

/**
 * Makes the schema of a behaviour's options; it refuses unknown ones. Options this plain are not worth a schema library that is larger than
 * everything else a generator of data installs.
 */
export function optionsSchema<const Given extends Fields>(fields: Given): StandardSchemaV1<Inputs<Given>, Values<Given>> {
  const names = Object.keys(fields);
  return {
    "~standard": {
      version: 1,
      vendor: "bridge-rl",
      validate: (input) => {
        if (typeof input !== "object" || input === null || Array.isArray(input))
          return { issues: [{ message: "expected an object of options" }] };
        const given = new Map<string, unknown>(Object.entries(input));
        const issues: StandardSchemaV1.Issue[] = [];
        for (const name of given.keys()) {
          if (!names.includes(name)) issues.push({ path: [name], message: `no such option; there is ${names.join(", ")}` });
        }
        const values: Record<string, unknown> = {};
        for (const [name, field] of Object.entries(fields)) {
          const value = given.get(name) === undefined ? field.default : given.get(name);
          values[name] = value;
          if (!field.accepts(value)) issues.push({ path: [name], message: `expected ${field.expected}` });
        }
        return issues.length > 0 ? { issues } : { value: values as Values<Given> };
      },
    },
  };
}

/** Whether a value is a number from 0 to 1. */
export function isProbability(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}

export function probabilityField(standard: number): OptionField<number> {
  return { default: standard, expected: "a number from 0 to 1", accepts: isProbability };
}

export function booleanField(standard: boolean): OptionField<boolean> {
  return { default: standard, expected: "true or false", accepts: (value) => typeof value === "boolean" };
}

export function countField(standard: number): OptionField<number> {
  return {
    default: standard,
    expected: "a whole number of at least 0",
    accepts: (value) => typeof value === "number" && Number.isInteger(value) && value >= 0,
  };
}
