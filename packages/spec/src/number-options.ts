import type { StandardSchemaV1 } from "@standard-schema/spec";

/** What one numeric option may be. */
export interface NumberOption {
  /** Taken where the option is left out. */
  readonly default: number;
  /** The least value allowed. @defaultValue none */
  readonly minimum?: number;
  /** The greatest value allowed. @defaultValue none */
  readonly maximum?: number;
}

/**
 * Makes a schema for options that are all numbers, for plugins that want no schema library. It refuses unknown options.
 */
export function numberOptions<const Name extends string>(
  options: Readonly<Record<Name, NumberOption>>,
): StandardSchemaV1<{ readonly [name in Name]?: number | undefined }, { readonly [name in Name]: number }> {
  const names = Object.keys(options) as Name[];
  return {
    "~standard": {
      version: 1,
      vendor: "bridge-rl",
      validate: (input) => {
        if (typeof input !== "object" || input === null) return { issues: [{ message: "expected an object of options" }] };
        const given = new Map<string, unknown>(Object.entries(input));
        const value = Object.fromEntries(names.map((name) => [name, given.get(name) ?? options[name].default])) as Record<Name, number>;
        const issues = [
          ...[...given.keys()]
            .filter((name) => !(names as string[]).includes(name))
            .map((name) => ({ path: [name], message: `no such option; there is ${names.join(", ") || "none"}` })),
          ...names
            .filter((name) => !fits(value[name], options[name]))
            .map((name) => ({ path: [name], message: expectation(options[name]) })),
        ];
        return issues.length > 0 ? { issues } : { value };
      },
    },
  };
}

function fits(value: unknown, { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: NumberOption): boolean {
  return typeof value === "number" && value >= minimum && value <= maximum;
}

function expectation({ minimum, maximum }: NumberOption): string {
  const bounds = [
    ...(minimum === undefined ? [] : [`of at least ${minimum}`]),
    ...(maximum === undefined ? [] : [`of at most ${maximum}`]),
  ];
  return `expected a number${bounds.length > 0 ? ` ${bounds.join(" and ")}` : ""}`;
}
