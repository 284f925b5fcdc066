/** The names of arms, each once, in the order of the run. The first is the one that others are compared with. */
export function armNames(arms: readonly { readonly name: string }[]): string[] {
  return [...new Set(arms.map(({ name }) => name))];
}

/** An arm by its name, and by its seed where there are several. */
export function armLabel({ name, seed }: Arm, arms: readonly Arm[]): string {
  return arms.some((other) => other.name === name && other.seed !== seed) ? `${name}, seed ${seed}` : name;
}

interface Arm {
  readonly name: string;
  readonly seed: number;
}

const colors = 6;

/** The colour of an arm, as the page's style sheet defines it for light and dark. */
export function armColor(index: number): string {
  return `var(--arm-${index % colors})`;
}
