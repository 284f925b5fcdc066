import { openAncestors } from "@bridge-rl/dag";
import { type ChainContext, checkDerivation } from "./check-derivation.js";
import { agree, type Measure } from "./measure.js";
import type { Statement } from "./statement.js";

type StatementOf<Kind extends Statement["kind"]> = Extract<Statement, { kind: Kind }>;

/** Whether a check computes again what is known. What does not hold is reported. */
export function checkAgain(context: ChainContext, check: StatementOf<"check">, node: number): boolean {
  const { known, quantities } = context;
  let sound = true;
  const report: ChainContext["report"] = (...finding) => {
    sound = false;
    context.report(...finding);
  };
  checkDerivation({ ...context, report }, node, check);
  const value = known.get(node);
  const last = check.members.at(-1)?.formula;
  const found: Measure | undefined =
    last?.kind === "value"
      ? last.value
      : last?.kind === "operation"
        ? last.operands.map((part) => (part.kind === "value" ? part.value : "N/A"))
        : undefined;
  if (value === undefined) report("false-check", "there is no value to check yet", check.start, check.end);
  else if (sound && (found === undefined || !agree(found, value))) {
    report("false-check", `${quantities.word(node)} was found to be something else`, check.start, check.end);
  }
  return sound;
}

/** Whether a plan lists what a quantity still needs, and its missing dependencies among it. */
export function checkPlan({ known, quantities, report }: ChainContext, { needed, start, end }: StatementOf<"plan">, node: number): boolean {
  const open = openAncestors(
    node,
    (one) => quantities.node(one).dependencies,
    (one) => known.has(one),
  );
  const named = new Set<number>();
  let sound = true;
  for (const { text, start: from, end: to } of needed) {
    const own = [...open].find((one) => quantities.word(one) === text.replaceAll(" ", "") && !named.has(one));
    const found = own ?? quantities.find(text, node);
    if (found !== undefined) named.add(found);
    else {
      sound = false;
      report("unknown-parameter", `the problem has no "${text}"`, from, to);
    }
  }
  const names = (nodes: readonly number[]) => nodes.map((one) => quantities.word(one)).join(", ");
  const idle = [...named].filter((one) => !open.has(one));
  const missing = quantities.node(node).dependencies.filter((one) => !known.has(one) && !named.has(one));
  if (idle.length > 0) report("false-plan", `${names(idle)} is not needed`, start, end);
  if (missing.length > 0) report("false-plan", `${names(missing)} is needed too`, start, end);
  return sound && idle.length === 0 && missing.length === 0;
}

/** Whether a value lies where an estimate says. */
export function checkEstimate(
  { quantities, report }: ChainContext,
  { low, high, start, end }: StatementOf<"estimate">,
  node: number,
): boolean {
  const value = quantities.value(node);
  const holds = typeof value === "number" && value >= Number(low.text) && value <= Number(high.text);
  if (!holds) report("false-estimate", `the value is not between ${low.text} and ${high.text}`, start, end);
  return holds;
}
