import { runtimeLaws } from "@bridge-rl/tensor/testing";
import { describe, test } from "vitest";
import { createOnnxRuntime } from "../src/index.js";

describe.each(["fused", "plain"] as const)("the CPU provider keeps the laws of runtimes, %s lowering", (lowering) => {
  test.each(runtimeLaws())("$name", ({ check }) => check(createOnnxRuntime({ lowering })));
});
