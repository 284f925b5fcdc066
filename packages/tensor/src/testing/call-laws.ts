import { add, multiply } from "../arithmetic.js";
import { Graph } from "../graph.js";
import { gatherRows } from "../indexing.js";
import { matmul } from "../matmul.js";
import { reshape } from "../shape-operations.js";
import { softmax } from "../softmax.js";
import { TensorError } from "../tensor-error.js";
import type { RuntimeLaw, RuntimeUnderTest, RuntimeValue } from "./runtime-laws.js";

const marker = Symbol.for("bridge-rl.error");

function value(data: RuntimeValue["data"], ...shape: number[]): RuntimeValue {
  return { data, shape };
}

/** y = softmax(x · w) + 1 */
function small(): Graph {
  const graph = new Graph();
  const x = graph.input("x", [2, 2]);
  graph.output("y", add(softmax(matmul(x, graph.input("w", [2, 2]))), 1));
  return graph;
}

const x = value(Float32Array.of(1, 2, 3, 4), 2, 2);
const w = value(Float32Array.of(0.5, -1, 0.25, 2), 2, 2);

/** What holds for a run whatever it computes. */
export function callLaws({ checksIndices }: { readonly checksIndices: boolean }): RuntimeLaw[] {
  return [
    { name: "gives the same bits for the same inputs, in one program and in another", check: repeats },
    { name: "never writes to an input, and gives fresh outputs", check: leavesInputsAlone },
    { name: "sees an input that changed in place", check: readsInPlace },
    { name: "initializers stand in for inputs, and a later change of theirs goes unseen", check: takesInitializers },
    { name: "computes what several outputs share, and an output that is an input", check: sharesOutputs },
    ...refusals({ checksIndices }),
  ];
}

async function repeats(runtime: RuntimeUnderTest): Promise<void> {
  const runs: Uint8Array[] = [];
  for (let program = 0; program < 2; program++) {
    const compiled = await runtime.compile(small());
    for (let run = 0; run < 3; run++) runs.push(bytes(compiled.run({ x, w }).y));
    compiled.dispose();
  }
  const [first, ...others] = runs;
  others.forEach((other, index) => {
    expectThat(first?.join() === other.join(), `run ${index + 1} gave other bits than run 0`);
  });
}

async function leavesInputsAlone(runtime: RuntimeUnderTest): Promise<void> {
  const graph = new Graph();
  const input = graph.input("input", [4]);
  graph.output("same", input);
  graph.output("flat", reshape(multiply(reshape(input, [2, 2]), 2), [4]));
  const compiled = await runtime.compile(graph);
  const data = Float32Array.of(1, 2, 3, 4);
  const first = compiled.run({ input: value(data, 4) });
  expectThat(data.join() === "1,2,3,4", `the input became ${data.join()}`);
  data.fill(9);
  expectThat(first.same?.data.join() === "1,2,3,4", "an output shares memory with an input");
  compiled.run({ input: value(data, 4) });
  expectThat(first.flat?.data.join() === "2,4,6,8", "a run changed what the run before it gave");
  compiled.dispose();
}

async function readsInPlace(runtime: RuntimeUnderTest): Promise<void> {
  const compiled = await runtime.compile(small());
  const weights = Float32Array.from(w.data as Float32Array);
  compiled.run({ x, w: value(weights, 2, 2) });
  weights.fill(0);
  const { y } = compiled.run({ x, w: value(weights, 2, 2) });
  expectThat(y?.data.join() === "1.5,1.5,1.5,1.5", `zero weights gave ${y?.data.join()}, not a uniform distribution`);
  compiled.dispose();
}

async function takesInitializers(runtime: RuntimeUnderTest): Promise<void> {
  const plain = await runtime.compile(small());
  const weights = Float32Array.from(w.data as Float32Array);
  const compiled = await runtime.compile(small(), { initializers: { w: value(weights, 2, 2) } });
  const expected = plain.run({ x, w }).y?.data as Float32Array;
  for (let run = 0; run < 2; run++) {
    const actual = compiled.run({ x }).y?.data as Float32Array;
    const worst = expected.reduce((most, each, index) => Math.max(most, Math.abs(each - (actual[index] ?? Number.NaN))), 0);
    expectThat(worst < 1e-6, `run ${run} differs from the one with inputs by ${worst}`);
    weights.fill(0);
  }
  plain.dispose();
  compiled.dispose();
}

async function sharesOutputs(runtime: RuntimeUnderTest): Promise<void> {
  const graph = new Graph();
  const input = graph.input("input", [3]);
  const doubled = multiply(input, 2);
  graph.output("doubled", doubled);
  graph.output("again", doubled);
  graph.output("quadrupled", add(doubled, doubled));
  const compiled = await runtime.compile(graph);
  const results = compiled.run({ input: value(Float32Array.of(1, 2, 3), 3) });
  compiled.dispose();
  const texts = Object.entries(results).map(([name, { data }]) => `${name} ${data.join()}`);
  expectThat(texts.sort().join("; ") === "again 2,4,6; doubled 2,4,6; quadrupled 4,8,12", `outputs are ${texts.join("; ")}`);
}

interface Refusal {
  readonly name: string;
  readonly attempt: (runtime: RuntimeUnderTest) => Promise<unknown>;
  readonly code: "invalid-input" | "shape-mismatch";
  /** What the message has to name. */
  readonly names: readonly string[];
}

function refusals({ checksIndices }: { readonly checksIndices: boolean }): RuntimeLaw[] {
  const running = (feeds: Readonly<Record<string, RuntimeValue>>) => async (runtime: RuntimeUnderTest) => {
    const compiled = await runtime.compile(small());
    try {
      return compiled.run(feeds);
    } finally {
      compiled.dispose();
    }
  };
  const table: Refusal[] = [
    { name: "a missing input", attempt: running({ x }), code: "invalid-input", names: ['"w"', "missing"] },
    { name: "an input too many", attempt: running({ x, w, v: w }), code: "invalid-input", names: ['"v"'] },
    {
      name: "an input of another shape",
      attempt: running({ x, w: value(w.data, 4) }),
      code: "shape-mismatch",
      names: ['"w"', "[4]", "[2, 2]"],
    },
    {
      name: "an input of another type",
      attempt: running({ x: value(new Float64Array(4), 2, 2), w }),
      code: "invalid-input",
      names: ['"x"', "Float64Array", "float32"],
    },
    {
      name: "too few elements",
      attempt: running({ x, w: value(new Float32Array(3), 2, 2) }),
      code: "shape-mismatch",
      names: ['"w"', "3 elements"],
    },
    {
      name: "an initializer that is no input",
      attempt: (runtime) => runtime.compile(small(), { initializers: { v: w } }),
      code: "invalid-input",
      names: ['"v"'],
    },
    {
      name: "an initializer of another size",
      attempt: (runtime) => runtime.compile(small(), { initializers: { w: value(new Float32Array(2), 2) } }),
      code: "shape-mismatch",
      names: ['"w"'],
    },
    {
      name: "to run what was disposed",
      async attempt(runtime) {
        const compiled = await runtime.compile(small());
        compiled.dispose();
        compiled.dispose();
        return compiled.run({ x, w });
      },
      code: "invalid-input",
      names: ["disposed"],
    },
  ];
  const lookup: Refusal = {
    name: "a lookup outside of its table",
    async attempt(runtime) {
      const graph = new Graph();
      graph.output("rows", gatherRows(graph.input("table", [3, 2]), graph.input("at", [1], "int32")));
      const compiled = await runtime.compile(graph);
      try {
        return compiled.run({ table: value(new Float32Array(6), 3, 2), at: value(Int32Array.of(3), 1) });
      } finally {
        compiled.dispose();
      }
    },
    code: "invalid-input",
    names: [],
  };
  return [...table, ...(checksIndices ? [lookup] : [])].map((refusal) => ({
    name: `refuses ${refusal.name}`,
    check: (runtime) => expectRefusal(runtime, refusal),
  }));
}

async function expectRefusal(runtime: RuntimeUnderTest, { attempt, code, names }: Refusal): Promise<void> {
  let outcome: unknown;
  try {
    outcome = await attempt(runtime);
  } catch (error) {
    const told = error instanceof Error && marker in error && "code" in error;
    expectThat(told, `it threw ${String(error)}, no BridgeError`);
    if (!told) return;
    expectThat(error.code === code, `the error's code is ${String(error.code)}, not ${code}: ${error.message}`);
    for (const name of names) expectThat(error.message.includes(name), `the message doesn't tell ${name}: ${error.message}`);
    return;
  }
  expectThat(false, `it was not refused but gave ${JSON.stringify(outcome)}`);
}

function bytes(result: RuntimeValue | undefined): Uint8Array {
  if (result === undefined) throw new TensorError("invalid-input", "the run lacks an output");
  return new Uint8Array(result.data.buffer, result.data.byteOffset, result.data.byteLength);
}

function expectThat(holds: boolean, reason: string): void {
  if (!holds) throw new TensorError("invalid-input", reason);
}
