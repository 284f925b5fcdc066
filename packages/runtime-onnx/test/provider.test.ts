import { BridgeError, type Runtime } from "@bridge-rl/spec";
import { add, Graph, matmul, slice } from "@bridge-rl/tensor";
import { runtimeLaws } from "@bridge-rl/tensor/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { createOnnxRuntime, describeProvider, measurePlacement, type ProviderName, providerNames, requireProvider } from "../src/index.js";

/**
 * The suite of one provider: `BRIDGE_PROVIDER=cuda pnpm exec vitest run --project runtime-onnx`. Without the variable it is WebGPU's, and is
 * skipped where there is no driver for it; `scripts/install-lavapipe.sh` installs one that needs no card.
 */
const asked = process.env.BRIDGE_PROVIDER as ProviderName | undefined;
const provider: ProviderName = asked ?? "webgpu";

/** What WebGPU has no kernel for: 64-bit arithmetic, and moving booleans and 32-bit integers about. None of it is in a model's graphs. */
const refusedByWebGpu =
  /^(add|subtract|multiply) of int64|^cast of int64|(transpose|reshape|expand|slice|pad|concat).* of int64|(transpose|slice|pad|concat).* of bool|^slice( from the end)? of int32|(scatterAddRows|oneHot).* by int64/;

async function reasonToSkip(): Promise<string | undefined> {
  try {
    await requireProvider(provider);
    return undefined;
  } catch (error) {
    if (asked === undefined && BridgeError.isInstance(error) && error.code === "missing-dependency") return error.message;
    throw error;
  }
}

const reason = await reasonToSkip();

describe.skipIf(reason !== undefined)(`provider ${provider}${reason === undefined ? "" : `: ${reason}`}`, () => {
  const float64 = provider === "cpu" || provider === "cuda" ? (["float64"] as const) : [];
  const laws = runtimeLaws({
    dataTypes: ["float32", "int32", "int64", "bool", ...float64],
    checksIndices: provider === "cpu",
    tolerance: { float32: 1e-5 },
  });
  const isRefused = (name: string): boolean => provider === "webgpu" && refusedByWebGpu.test(name);

  test.each(laws.filter(({ name }) => !isRefused(name)))("$name", ({ check }) => check(createOnnxRuntime({ provider })));

  test("refuses what it has no kernel for, and names it", async () => {
    const refused = laws.filter(({ name }) => isRefused(name));
    for (const { check } of refused.filter((_, index) => index % 8 === 0)) {
      await expect(check(createOnnxRuntime({ provider }))).rejects.toMatchObject({ code: "unsupported" });
    }
    expect(refused.length).toBe(provider === "webgpu" ? 30 : 0);
  });
});

describe.skipIf(reason !== undefined || describeProvider(provider).residency !== "device")(`the device memory of ${provider}`, () => {
  let runtime: Runtime<Graph>;
  beforeAll(() => {
    runtime = createOnnxRuntime({ provider });
  });

  test("keeps a tensor from run to run, apart from its inputs", async () => {
    const graph = new Graph();
    const state = graph.input("state", [2, 2]);
    const next = matmul(state, graph.input("turn", [2, 2]));
    graph.output("next", next);
    graph.output("copy", add(next, 0));
    const device = runtime.device as NonNullable<typeof runtime.device>;
    const program = await device.compile(graph, { resident: ["next"] });
    const turn = await device.upload({ data: Float32Array.of(0, 1, -1, 0), shape: [2, 2] });
    const start = await device.upload({ data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] });
    let current = start;
    for (let step = 0; step < 5; step++) {
      const { values, resident } = program.run({ state: current, turn });
      expect((await device.download(resident.next as typeof start)).data).toEqual(values.copy?.data);
      if (current !== start) current.dispose();
      current = resident.next as typeof start;
    }
    expect((await device.download(current)).data).toEqual(Float32Array.of(-2, 1, -4, 3)); // five quarter turns
    expect((await device.download(start)).data).toEqual(Float32Array.of(1, 2, 3, 4));
    expect(() => program.run({ state: current, turn: { data: new Float32Array(6), shape: [2, 3] } })).toThrow('"turn" is [2, 3]');
    current.dispose();
    expect(() => program.run({ state: current, turn })).toThrow("the tensor was disposed");
    await expect(device.compile(graph, { resident: ["last"] })).rejects.toThrow('no output "last"');
    program.dispose();
    expect(() => program.run({ state: start, turn })).toThrow("the program was disposed");
  });

  test("carries every type that a model's graphs have", async () => {
    const device = runtime.device as NonNullable<typeof runtime.device>;
    for (const data of [Float32Array.of(1.5, -2), Int32Array.of(7, -8)]) {
      const tensor = await device.upload({ data, shape: [2] });
      expect(await device.download(tensor)).toEqual({ data, shape: [2] });
      tensor.dispose();
    }
  });

  test("tells where each node ran, and refuses none where that is allowed", async () => {
    const graph = new Graph();
    const x = graph.input("x", [4, 4]);
    graph.output("product", matmul(x, x));
    graph.output("part", slice(graph.input("ids", [4], "int32"), 0, 1, 3));
    const placements = await measurePlacement(graph, { provider });
    const where = new Map(placements.map(({ operator, provider: name }) => [operator, name]));
    expect(where.get("MatMul")).toBe("WebGpuExecutionProvider");
    expect(where.get("Slice")).toBe("CPUExecutionProvider");
    await expect(runtime.compile(graph)).rejects.toThrow(/has no kernel for Slice \(node Slice_/);
    (await createOnnxRuntime({ provider, fallback: "allow" }).compile(graph)).dispose();
  });
});

describe("providers that are not here", () => {
  const absent = providerNames.filter((name) => !describeProvider(name).platforms.includes(process.platform));

  test.each(absent)("%s says where it runs", async (name) => {
    await expect(requireProvider(name)).rejects.toMatchObject({
      code: "missing-dependency",
      message: expect.stringContaining(`this is ${process.platform}`),
    });
  });

  test.skipIf(asked === "cuda" || process.platform === "darwin")("cuda without its libraries says what to install", async () => {
    await expect(requireProvider({ name: "cuda", deviceId: 0 })).rejects.toMatchObject({
      code: "missing-dependency",
      message: expect.stringMatching(/CUDA 12 and cuDNN 9.*ONNXRUNTIME_NODE_INSTALL=cuda12/s),
    });
  });

  test("names and numbers that are none are refused", () => {
    const wrong = "tpu" as ProviderName;
    expect(() => createOnnxRuntime({ provider: wrong })).toThrow('there is no provider "tpu"; take one of cpu, webgpu, cuda, dml, coreml');
    expect(() => createOnnxRuntime({ provider: { name: "cuda", deviceId: -1 } })).toThrow("deviceId is -1");
  });
});
