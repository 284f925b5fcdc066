import type { DataType } from "../data-type.js";
import { Graph } from "../graph.js";
import { TensorError } from "../tensor-error.js";
import { boolCases, elementwiseCases, integerCases } from "./arithmetic-cases.js";
import { callLaws } from "./call-laws.js";
import { arrayOf, type OperatorCase, rounded } from "./operator-case.js";
import { productCases, transformerCases } from "./product-cases.js";
import { distributionCases, orderCases, reductionCases } from "./reduction-cases.js";
import { emptyCases, lookupCases, movementCases } from "./shape-cases.js";

type Data = Float32Array | Float64Array | Int32Array | BigInt64Array | Int8Array | Uint8Array;

/** A tensor outside of any graph, as `TensorValue` of `@bridge-rl/spec`. */
export interface RuntimeValue {
  readonly data: Data;
  readonly shape: readonly number[];
}

/** What `Runtime<Graph>` of `@bridge-rl/spec` is, told again since this package depends on nothing. */
export interface RuntimeUnderTest {
  readonly name: string;
  compile(
    graph: Graph,
    options?: { readonly initializers?: Readonly<Record<string, RuntimeValue>> },
  ): Promise<{ run(inputs: Readonly<Record<string, RuntimeValue>>): Record<string, RuntimeValue>; dispose(): void }>;
}

/** Something that holds for every runtime. `check` throws where it does not. */
export interface RuntimeLaw {
  readonly name: string;
  check(runtime: RuntimeUnderTest): Promise<void>;
}

export interface RuntimeLawOptions {
  /** Element types that the runtime computes with. @defaultValue all of them */
  readonly dataTypes?: readonly DataType[];
  /** Largest difference allowed, relative to the result's largest element or to 1. @defaultValue 2e-6 */
  readonly tolerance?: Partial<Readonly<Record<"float32" | "float64", number>>>;
  /** Whether a lookup outside of its table is refused; a GPU doesn't look. @defaultValue true */
  readonly checksIndices?: boolean;
}

/**
 * What every runtime promises: each operator's result, on each element type, for shapes of any rank and without elements; the same bits for
 * the same inputs; and a refusal that names the input where one doesn't fit.
 */
export function runtimeLaws(options: RuntimeLawOptions = {}): RuntimeLaw[] {
  const { dataTypes = ["float32", "float64", "int32", "int64", "bool"], tolerance = {}, checksIndices = true } = options;
  const limits = { float32: tolerance.float32 ?? 2e-6, float64: tolerance.float64 ?? 1e-13 };
  const has = (dataType: DataType): boolean => dataTypes.includes(dataType);
  const floatTypes = (["float32", "float64"] as const).filter(has);
  const integerTypes = (["int32", "int64"] as const).filter(has);
  const cases: OperatorCase[] = [
    ...floatTypes.flatMap((dataType) => [
      ...elementwiseCases(dataType),
      ...reductionCases(dataType),
      ...distributionCases(dataType),
      ...productCases(dataType),
      ...transformerCases(dataType),
      ...(has("int64") ? orderCases(dataType) : []),
      ...integerTypes.flatMap((indexType) => lookupCases(dataType, indexType)),
    ]),
    ...integerTypes.flatMap(integerCases),
    ...(has("bool") ? boolCases() : []),
    ...dataTypes
      .filter((dataType) => !dataType.endsWith("int8"))
      .flatMap((dataType) => [...movementCases(dataType), ...emptyCases(dataType)]),
  ];
  return [...cases.map((each) => operatorLaw(each, limits)), ...callLaws({ checksIndices })];
}

function operatorLaw(operatorCase: OperatorCase, limits: Readonly<Record<"float32" | "float64", number>>): RuntimeLaw {
  const { name, inputs, build, shape, dataType, expected } = operatorCase;
  return {
    name,
    async check(runtime) {
      const graph = new Graph();
      const tensors = inputs.map((input, index) => graph.input(`input ${index}`, input.shape, input.dataType));
      graph.output("result", build(tensors, graph));
      const program = await runtime.compile(graph);
      const feeds = Object.fromEntries(
        inputs.map(({ shape: dimensions, dataType: type, values }, index) => [
          `input ${index}`,
          { data: arrayOf(type, values), shape: dimensions },
        ]),
      );
      const { result } = program.run(feeds);
      program.dispose();
      if (result === undefined) throw broken(name, "the run gave no output of the graph's name");
      if (result.shape.join() !== shape.join()) throw broken(name, `the result is [${result.shape.join(", ")}], not [${shape.join(", ")}]`);
      if (result.data.constructor !== arrayOf(dataType, []).constructor) {
        throw broken(name, `the result is a ${result.data.constructor.name}; the output is ${dataType}`);
      }
      compare(name, Array.from(result.data as ArrayLike<number | bigint>, Number), rounded({ shape, dataType, values: expected }), {
        limit: dataType === "float32" || dataType === "float64" ? limits[dataType] : 0,
      });
    },
  };
}

function compare(name: string, actual: readonly number[], expected: readonly number[], { limit }: { readonly limit: number }): void {
  if (actual.length !== expected.length) throw broken(name, `the result has ${actual.length} elements, not ${expected.length}`);
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  for (const [index, value] of expected.entries()) {
    // the comparison is false for NaN
    if (!(Math.abs((actual[index] as number) - value) <= limit * scale)) {
      throw broken(name, `element ${index} is ${actual[index]}, not ${value} (within ${limit * scale})`);
    }
  }
}

function broken(where: string, reason: string): TensorError {
  return new TensorError("invalid-input", `${where}: ${reason}`);
}
