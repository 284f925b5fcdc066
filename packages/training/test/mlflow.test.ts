import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createMemoryTracker, createMlflowTracker, trackTimings } from "../src/index.js";

interface Run {
  readonly info: { run_id: string; experiment_id: string; run_name: string; status: string; start_time: number; end_time?: number };
  readonly data: { metrics: Metric[]; params: Entry[]; tags: Entry[] };
}
interface Entry {
  readonly key: string;
  readonly value: string;
}
interface Metric {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
}
type Body = Record<string, unknown> & { metrics?: Metric[]; params?: Entry[]; tags?: Entry[] };

const experiments = new Map<string, string>();
const runs: Run[] = [];
const asked: string[] = [];
let failures = 0;

/** As the documentation of MLflow's REST API (2.0) has it: paths, fields, limits, error codes. */
function answer(path: string, query: URLSearchParams, body: Body): { status: number; body: unknown } {
  const fault = (status: number, code: string, message: string) => ({ status, body: { error_code: code, message } });
  const run = runs.find((each) => each.info.run_id === body.run_id);
  switch (path) {
    case "experiments/get-by-name": {
      const id = experiments.get(query.get("experiment_name") ?? "");
      if (id === undefined) return fault(404, "RESOURCE_DOES_NOT_EXIST", "no such experiment");
      return { status: 200, body: { experiment: { experiment_id: id, name: query.get("experiment_name"), lifecycle_stage: "active" } } };
    }
    case "experiments/create":
      experiments.set(String(body.name), String(experiments.size + 1));
      return { status: 200, body: { experiment_id: String(experiments.size) } };
    case "runs/search": {
      const wanted = /^tags\.`(.+)` = '(.*)'$/.exec(String(body.filter));
      const found = runs.filter(
        ({ info, data }) =>
          (body.experiment_ids as string[]).includes(info.experiment_id) &&
          data.tags.some(({ key, value }) => key === wanted?.[1] && value === wanted[2]?.replaceAll("\\'", "'")),
      );
      return { status: 200, body: found.length === 0 ? {} : { runs: found.slice(0, Number(body.max_results)) } };
    }
    case "runs/create": {
      const info = {
        run_id: `run${runs.length}`,
        experiment_id: String(body.experiment_id),
        run_name: String(body.run_name),
        status: "RUNNING",
        start_time: Number(body.start_time),
      };
      const created: Run = { info, data: { metrics: [], params: [], tags: [...(body.tags ?? [])] } };
      runs.push(created);
      return { status: 200, body: { run: created } };
    }
    case "runs/log-batch": {
      if (run === undefined) return fault(404, "RESOURCE_DOES_NOT_EXIST", "no such run");
      const { metrics = [], params = [], tags = [] } = body;
      if (metrics.length + params.length + tags.length > 1000 || params.length > 100)
        return fault(400, "INVALID_PARAMETER_VALUE", "too many");
      const wrong = [...metrics, ...params].find(({ key }) => !/^[\w\-. /]+$/.test(key));
      if (wrong !== undefined) return fault(400, "INVALID_PARAMETER_VALUE", `Invalid name ${wrong.key}`);
      run.data.metrics.push(...metrics);
      run.data.params.push(...params);
      run.data.tags.splice(0, run.data.tags.length, ...run.data.tags.filter(({ key }) => !tags.some((tag) => tag.key === key)), ...tags);
      return { status: 200, body: {} };
    }
    case "runs/update":
      if (run === undefined) return fault(404, "RESOURCE_DOES_NOT_EXIST", "no such run");
      Object.assign(run.info, { status: body.status, end_time: body.end_time });
      return { status: 200, body: { run_info: run.info } };
    default:
      return fault(404, "ENDPOINT_NOT_FOUND", path);
  }
}

const server = createServer((request, response) => {
  let text = "";
  request.on("data", (data) => {
    text += data;
  });
  request.on("end", () => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost");
    asked.push(`${request.method} ${pathname}`);
    if (failures > 0) {
      failures--;
      response.writeHead(503).end("starting");
      return;
    }
    const path = /^\/api\/2\.0\/mlflow\/(.*)$/.exec(pathname)?.[1] ?? "";
    const result = answer(path, searchParams, text === "" ? {} : (JSON.parse(text) as Body));
    response.writeHead(result.status, { "content-type": "application/json" }).end(JSON.stringify(result.body));
  });
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  experiments.clear();
  runs.length = 0;
  asked.length = 0;
  failures = 0;
});

const event = (step: number) => ({ phase: "grpo", step, metrics: { loss: 1 / step, "pass@4": 0.5, kl: null, nothing: Number.NaN } });

describe("the MLflow tracker", () => {
  test("makes experiment and run, logs parameters, metrics and the end", async () => {
    let time = 1000;
    const tracker = await createMlflowTracker({ url, run: "it's a run", parameters: { seed: 1, "loss.beta": 0.1 }, now: () => time++ });
    await tracker.log(event(1));
    await tracker.log(event(2));
    await tracker.close();

    expect([...experiments]).toEqual([["bridge-rl", "1"]]);
    expect(runs).toHaveLength(1);
    expect(runs[0]?.info).toMatchObject({
      run_id: tracker.runId,
      run_name: "it's a run",
      status: "FINISHED",
      start_time: 1000,
      end_time: 1003,
    });
    expect(runs[0]?.data.params).toEqual([
      { key: "seed", value: "1" },
      { key: "loss.beta", value: "0.1" },
    ]);
    expect(runs[0]?.data.metrics).toEqual([
      { key: "grpo/loss", value: 1, timestamp: 1001, step: 1 },
      { key: "grpo/pass_4", value: 0.5, timestamp: 1001, step: 1 },
      { key: "grpo/loss", value: 0.5, timestamp: 1002, step: 2 },
      { key: "grpo/pass_4", value: 0.5, timestamp: 1002, step: 2 },
    ]);
  });

  test("a resumed run logs nothing twice", async () => {
    const first = await createMlflowTracker({ url, run: "resumed" });
    for (const step of [1, 2, 3]) await first.log(event(step));
    await first.close("KILLED");
    const second = await createMlflowTracker({ url, run: "resumed", parameters: { seed: 2 } });
    await second.rewind(1); // the checkpoint was made after the first event
    for (const step of [2, 3, 4]) await second.log(event(step));
    await second.flush();

    expect(second.runId).toBe(first.runId);
    expect(runs[0]?.info.status).toBe("RUNNING");
    expect(second.position()).toBe(4);
    expect(runs[0]?.data.metrics.filter(({ key }) => key === "grpo/loss").map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    await expect(second.rewind(9)).rejects.toThrow("has 4 events and can't go back to 9");
  });

  test("counts an event in the request that logs it, also one without numbers", async () => {
    const first = await createMlflowTracker({ url, run: "counted" });
    asked.length = 0;
    await first.log(event(1));
    await first.log({ phase: "grpo", step: 2, metrics: { kl: null } });

    expect(asked).toEqual(new Array(2).fill("POST /api/2.0/mlflow/runs/log-batch"));
    expect((await createMlflowTracker({ url, run: "counted" })).position()).toBe(2);
  });

  test("cuts what is more than one request may hold", async () => {
    const tracker = await createMlflowTracker({ url, run: "long" });
    const metrics = Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`m${index}`, index]));
    await tracker.log({ phase: "grpo", step: 1, metrics });

    expect(runs[0]?.data.metrics).toHaveLength(1500);
  });

  test("asks again while the server fails, and says what it said where it refuses or never answers", async () => {
    failures = 2;
    const tracker = await createMlflowTracker({ url, run: "patient" });
    expect(asked.slice(0, 3)).toEqual(new Array(3).fill("GET /api/2.0/mlflow/experiments/get-by-name"));
    runs.length = 0;
    await expect(tracker.log(event(1))).rejects.toMatchObject({
      code: "missing-dependency",
      message: expect.stringContaining("did not take runs/log-batch: 404"),
    });
    await expect(createMlflowTracker({ url: "http://127.0.0.1:9", run: "nobody", retries: 0 })).rejects.toThrow(
      /^the MLflow server at http:\/\/127\.0\.0\.1:9 did not take experiments\/get-by-name/,
    );
  });
});

test("timings become metrics of a tracker of their own", async () => {
  const tracker = createMemoryTracker();
  const timings = trackTimings(tracker, () => 0);
  timings.report({
    phase: "grpo",
    step: 3,
    milliseconds: { rollout: 500, reward: 0, forward_backward: 1500 },
    tokens: { rollout: 100, train: 40 },
  });
  await timings.flush();

  expect(tracker.events).toEqual([
    {
      phase: "grpo",
      step: 3,
      metrics: {
        step_time: 2,
        "timing_s/rollout": 0.5,
        "timing_s/reward": 0,
        "timing_s/forward_backward": 1.5,
        "tokens_per_second/rollout": 200,
        "tokens_per_second/train": 20,
      },
    },
  ]);
});
