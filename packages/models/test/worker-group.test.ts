import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, test } from "vitest";
import { WorkerConnection } from "../src/internal/policy/worker-connection.js";
import { WorkerGroup } from "../src/internal/policy/worker-group.js";

/**
 * A thread that speaks the protocol and does as its orders say: "answer", "fail", "exit", or "wait" until the call is cancelled.
 */
const script = `
  const { parentPort, workerData } = require("node:worker_threads");
  parentPort.postMessage({ kind: "ready" });
  const error = (code, message) => ({ code, message });
  parentPort.on("message", (message) => {
    if (message.kind === "cancel") {
      parentPort.postMessage({ kind: "error", id: message.id, version: 0, error: error("cancelled", "was cancelled") });
      return;
    }
    const { id, method } = message;
    const order = workerData[method] ?? "answer";
    if (order === "exit") process.exit(3);
    if (order === "fail") parentPort.postMessage({ kind: "error", id, version: 0, error: error("non-finite", "the gradient is not finite") });
    if (order === "answer") parentPort.postMessage({ kind: "result", id, version: 7, result: { gradientNorm: 1 } });
  });
`;

const open: WorkerGroup[] = [];
afterEach(() => Promise.all(open.splice(0).map((group) => group.close())));

async function start(...orders: Record<string, string>[]): Promise<WorkerGroup> {
  const connections = orders.map((order) => new WorkerConnection(new Worker(script, { eval: true, workerData: order })));
  await Promise.all(connections.map(({ ready }) => ready));
  const group = new WorkerGroup(connections);
  open.push(group);
  return group;
}

const rows = [
  [[], {}],
  [[], {}],
] as [[], object][];

describe("several workers", () => {
  test("an error in one ends what the others do, and is the one that is thrown", async () => {
    const group = await start({ score: "wait" }, { score: "fail" });
    await expect(group.parts("score", rows)).rejects.toMatchObject({ code: "non-finite" });
    expect(await group.parts("logProbabilities", rows)).toHaveLength(2);
    expect(group.version).toBe(7);
  });

  test("a worker that dies ends the call, and those after it", async () => {
    const group = await start({ score: "wait" }, { score: "exit" });
    const waiting = group.parts("logProbabilities", rows);
    await expect(group.parts("score", rows)).rejects.toThrow("the policy's worker ended with code 3");
    await waiting;
    await expect(group.parts("logProbabilities", rows)).rejects.toThrow("the policy's worker ended with code 3");
  });

  test("a change that all refuse leaves them as they were", async () => {
    const group = await start({ load: "fail" }, { load: "fail" });
    await expect(group.alike("load", ["somewhere"])).rejects.toMatchObject({ code: "non-finite" });
    expect(await group.alike("optimizerStep", [{ learningRate: 1 }])).toEqual({ gradientNorm: 1 });
  });

  test("a change that some refuse makes them differ: nothing goes on from there", async () => {
    const group = await start({}, { load: "fail" });
    await expect(group.alike("load", ["somewhere"])).rejects.toMatchObject({ code: "non-finite" });
    for (const call of [() => group.one("save", ["elsewhere"]), () => group.parts("score", rows)]) {
      await expect(call()).rejects.toThrow("load failed in some of the policy's workers, which now differ");
    }
  });

  test("no step is made where the sum before it fails", async () => {
    const group = await start({ sumGradients: "fail", optimizerStep: "exit" }, { sumGradients: "fail", optimizerStep: "exit" });
    await expect(group.alike("optimizerStep", [{ learningRate: 1 }], { before: "sumGradients" })).rejects.toMatchObject({
      code: "non-finite",
    });
    expect(await group.parts("score", rows)).toHaveLength(2);
  });

  test("calls that wait are rejected when the group is closed", async () => {
    const group = await start({ score: "wait" }, { score: "wait" });
    const calls = [group.parts("score", rows), group.one("save", ["somewhere"])];
    const outcomes = Promise.allSettled(calls);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await group.close();
    for (const outcome of await outcomes) expect(String((outcome as PromiseRejectedResult).reason)).toContain("was disposed");
  });
});
