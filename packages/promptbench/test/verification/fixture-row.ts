/** A row of DyVal's own output; shared/fixtures/promptbench/README.md says what its fields mean. */
export interface FixtureRow {
  readonly row: number;
  readonly prompt_random?: string;
  readonly question?: string;
  readonly descriptions: { readonly topological: string; readonly reversed?: string };
  readonly answer: number | boolean | string | readonly [number, number];
  readonly var?: string;
  readonly solution: string | null;
  readonly meta: { readonly nodes: readonly FixtureNode[] };
}

export interface FixtureNode {
  readonly name: string;
  readonly op: string | null;
  readonly value: number | boolean | string | null;
  readonly children: readonly string[];
}
