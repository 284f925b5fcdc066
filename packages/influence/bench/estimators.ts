// What influence costs on the shipped base model: two batched forward passes against gradients of single rollouts, same rollouts, same run.
// node --conditions=@bridge-rl/source --import tsx packages/influence/bench/estimators.ts [--queries 32] [--rounds 3] [--full]
// --full scores 2,000 queries × 8 rollouts by forward passes, as long as that takes.
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { decoderParameters } from "@bridge-rl/models";
import type { Policy } from "@bridge-rl/spec";
import { evaluationDirection, type RolloutGroup, rolloutGradient, scoreRollouts } from "../src/index.js";
import { groupRows } from "../src/internal/group-rows.js";
import { dot } from "../src/internal/vector.js";
import { openBaseModel } from "../test/support/base-model.js";

const { values: flags } = parseArgs({
  options: {
    queries: { type: "string", default: "32" },
    rounds: { type: "string", default: "3" },
    full: { type: "boolean", default: false },
  },
});
const rollouts = 8;
const [wholeQueries, wholeTargets] = [2000, 64];
const { policy, sample } = await openBaseModel();
const parameters = decoderParameters(policy.config).reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0);
const train = await sample({ queries: Number(flags.queries), rollouts, seed: 1 });
const evaluation = await sample({ queries: 16, rollouts, seed: 2 });
const rows = groupRows(train, { lengthNormalization: "sum" });
const singles = rows.filter((_, index) => index % Math.ceil(rows.length / 48) === 0);
const tokens = rows.reduce((total, { promptIds, completionIds }) => total + promptIds.length + completionIds.length, 0) / rows.length;

/** Processor time, which other work on the machine disturbs less than the clock, and the clock. */
async function cost<T>(action: () => Promise<T> | T): Promise<{ result: T; processor: number; clock: number }> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  const result = await action();
  const { user, system } = process.cpuUsage(used);
  return { result, processor: (user + system) / 1000, clock: performance.now() - start };
}

/** Counts the rows that go forward. */
function counted(inner: Policy): { policy: Policy; rows: () => number } {
  let count = 0;
  const policy: Policy = {
    version: inner.version,
    sampler: inner.sampler,
    forwardBackward: (...request) => inner.forwardBackward(...request),
    optimizerStep: (request) => inner.optimizerStep(request),
    logProbabilities: (batch, options) => {
      count += batch.length;
      return inner.logProbabilities(batch, options);
    },
    storeGradient: (name) => inner.storeGradient(name),
    save: (directory) => inner.save(directory),
    load: (directory) => inner.load(directory),
    snapshot: () => inner.snapshot(),
    dispose: () => inner.dispose(),
  };
  return { policy, rows: () => count };
}

async function round() {
  const direction = await cost(() => evaluationDirection(policy, evaluation, { keepValues: true }));
  const values = direction.result.values as Float32Array;
  // Every rollout, also those of silent groups, on both sides.
  const watched = counted(policy);
  const passes = await cost(() => scoreRollouts(watched.policy, train, { direction: direction.result, scoreSilentGroups: true }));
  const backward: Float32Array[] = [];
  const perSample = await cost(async () => {
    for (const row of singles) backward.push(await rolloutGradient(policy, row));
  });
  const products = await cost(() => backward.map((gradient) => dot(values, gradient)));
  return { direction, passes: { ...passes, rows: watched.rows() }, perSample, products };
}

await round(); // compiles the programs
const measured: Awaited<ReturnType<typeof round>>[] = [];
for (let count = 0; count < Number(flags.rounds); count++) measured.push(await round());
type Measured = Awaited<ReturnType<typeof round>>;
const median = (pick: (one: Measured) => number): number =>
  measured.map(pick).sort((a, b) => a - b)[Math.floor(measured.length / 2)] as number;
const each = (kind: "processor" | "clock") => ({
  direction: median(({ direction }) => direction[kind] / direction.result.rollouts),
  pass: median(({ passes }) => passes[kind] / passes.rows),
  backward: median(({ perSample }) => perSample[kind] / singles.length),
  product: median(({ products }) => products[kind] / singles.length),
});
const used = each("processor");
const waited = each("clock");
const line = (name: string, kind: keyof typeof used): void =>
  console.log(`${name.padEnd(58)} ${used[kind].toFixed(2).padStart(8)} ms processor, ${waited[kind].toFixed(2).padStart(8)} ms clock`);

console.log(
  `${(parameters / 1e6).toFixed(2)}M parameters, ${rows.length} rollouts of ${tokens.toFixed(0)} tokens on average, 1 thread, medians of ${measured.length} rounds; per rollout:`,
);
line("V, one batched backward pass over evaluation rollouts", "direction");
line("one batched forward pass at θ ± εV", "pass");
line("gradient by a backward pass of batch size 1, kept", "backward");
line("one inner product of two gradients", "product");

const groups: RolloutGroup[] = flags.full
  ? await sample({ queries: wholeQueries, rollouts, seed: 3 })
  : Array.from({ length: wholeQueries }, (_, query) => cut(train[query % train.length] as RolloutGroup, query));
const watched = counted(policy);
const direction = await evaluationDirection(watched.policy, evaluation);
const all = await cost(() => scoreRollouts(watched.policy, groups, { direction, scoreSilentGroups: true }));
const passes = watched.rows() / (wholeQueries * rollouts);

const pairs = wholeTargets * rollouts;
const whole = wholeQueries * rollouts;
const hours = (milliseconds: number): string =>
  milliseconds < 6e6 ? `${(milliseconds / 60_000).toFixed(1)} min` : `${(milliseconds / 3.6e6).toFixed(1)} h`;
const ours = pairs * used.direction + whole * passes * used.pass;
const contracted = pairs * used.direction + whole * (used.backward + used.product);
const everyPair = pairs * used.backward + whole * (used.backward + pairs * used.product);
console.log(`\nAll of ${wholeQueries} queries × ${rollouts} rollouts on ${wholeTargets} targets × ${rollouts}, from these figures:`);
console.log(`  V once, then ${passes.toFixed(2)} forward passes over the rollouts, pilot and check included     ${hours(ours)}`);
console.log(
  `  V once, then a gradient of each rollout and its product with V           ${hours(contracted)}, ${(contracted / ours).toFixed(1)} times as long`,
);
console.log(
  `  gradients of both sides and every pair's K, as Proposition 3.1 is written   ${hours(everyPair)}, ${(everyPair / ours).toFixed(1)} times as long`,
);
if (flags.full) console.log(`  measured, not scaled: ${hours(all.processor)} of processor time, ${hours(all.clock)} by the clock`);
const { numericalError, epsilon } = (measured[0] as Measured).passes.result;
console.log(`numerical error of the scores ${numericalError.relative.toExponential(1)} relative at ε = ${epsilon.toExponential(2)}`);
await policy.dispose();

/** A group with its rollouts cut short, for counting passes without paying for them. */
function cut({ promptIds, rollouts: members, rewards }: RolloutGroup, query: number): RolloutGroup {
  return {
    problem: { id: `query ${query}` },
    promptIds: promptIds.slice(0, 4),
    rollouts: members.map(({ completionIds }) => ({ completionIds: completionIds.slice(0, 4) })),
    rewards,
  };
}
