import { setTimeout as wait } from "node:timers/promises";
import { BridgeError, type RunEvent, type Tracker } from "@bridge-rl/spec";

export interface MlflowTrackerOptions {
  /** Where the tracking server is, for example `http://127.0.0.1:5000`. */
  readonly url: string;
  /** Made where it is missing. @defaultValue "bridge-rl" */
  readonly experiment?: string;
  /** Names the run. A run of this name that the experiment has already is gone on with, as a resumed training needs it. */
  readonly run: string;
  /** Logged once, at the beginning. Values are written as text. @defaultValue none */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** For authentication. @defaultValue none */
  readonly headers?: Readonly<Record<string, string>>;
  /** The time of an event in milliseconds since 1970: `Date.now`. @defaultValue always 0 */
  readonly now?: () => number;
  /** Milliseconds that one request may take. @defaultValue 10_000 */
  readonly timeout?: number;
  /** How often a request that failed is made again, after 0.2 s, 0.4 s … @defaultValue 3 */
  readonly retries?: number;
}

/** A tracker of a run on a server. */
export interface MlflowTracker extends Tracker {
  /** MLflow's own name of the run. */
  readonly runId: string;
  /** Sends what is left and marks the run as finished. */
  close(status?: "FINISHED" | "FAILED" | "KILLED"): Promise<void>;
}

/** Marks our runs, and how many events of each the server has. */
const [nameTag, countTag] = ["bridge_rl.run", "bridge_rl.events"] as const;

/**
 * Logs metrics to an MLflow tracking server over its REST API (version 2.0): `<phase>/<metric>` at the event's step.
 *
 * MLflow can't forget, so going back to a position makes the tracker pass over what the server has from there on: a resumed run logs
 * those events again, and they are the same. Characters that MLflow refuses in names become `_`.
 *
 * @throws BridgeError `missing-dependency` where the server doesn't answer or refuses, with what it said; so do `log` and `flush`
 */
export async function createMlflowTracker(options: MlflowTrackerOptions): Promise<MlflowTracker> {
  const { experiment = "bridge-rl", run, parameters = {}, now = () => 0 } = options;
  const experimentId = await findExperiment(options, experiment);
  const found = await findRun(options, experimentId, run);
  const runId = found?.id ?? (await createRun(options, experimentId, run, now()));
  if (found !== undefined) await call(options, "POST", "runs/update", { run_id: runId, status: "RUNNING" });
  else {
    const entries = Object.entries(parameters).map(([key, value]) => ({ key: nameOf(key), value: String(value).slice(0, 6000) }));
    for (let start = 0; start < entries.length; start += 100) {
      await call(options, "POST", "runs/log-batch", { run_id: runId, params: entries.slice(start, start + 100) });
    }
  }
  /** Events that the server has, and how many have come in this process's count. */
  let known = found?.events ?? 0;
  let position = known;
  let sending: Promise<void> = Promise.resolve();

  async function send({ phase, step, metrics }: RunEvent, count: number): Promise<void> {
    const timestamp = Math.round(now());
    const values = Object.entries(metrics).flatMap(([name, value]) =>
      value === null || !Number.isFinite(value) ? [] : [{ key: nameOf(`${phase}/${name}`), value, timestamp, step }],
    );
    // The last request also counts the event, so that a run killed in between logs none of it twice. All in one has 1000 entries at most.
    const tags = [{ key: countTag, value: String(count) }];
    for (let start = 0; start === 0 || start < values.length; start += 999) {
      const metrics = values.slice(start, start + 999);
      await call(options, "POST", "runs/log-batch", { run_id: runId, metrics, ...(start + 999 >= values.length && { tags }) });
    }
  }

  return {
    runId,
    log(event) {
      position++;
      if (position <= known) return;
      known = position;
      const count = position;
      sending = sending.then(() => send(event, count));
      return sending;
    },
    flush: () => sending,
    position: () => position,
    async rewind(wanted) {
      if (typeof wanted !== "number" || wanted > known) {
        throw new BridgeError(
          "invalid-input",
          `run ${run} on the MLflow server has ${known} events and can't go back to ${JSON.stringify(wanted)}; it is not the run that was logged there`,
        );
      }
      position = wanted;
    },
    async close(status = "FINISHED") {
      await sending;
      await call(options, "POST", "runs/update", { run_id: runId, status, end_time: Math.round(now()) });
    },
  };
}

async function findExperiment(options: MlflowTrackerOptions, name: string): Promise<string> {
  const query = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`;
  const found = await call(options, "GET", query, undefined, "RESOURCE_DOES_NOT_EXIST");
  const id =
    found === undefined
      ? textAt(await call(options, "POST", "experiments/create", { name }), "experiment_id")
      : textAt(found, "experiment", "experiment_id");
  if (id === undefined) throw refused(options, query, "an answer without experiment_id");
  return id;
}

async function findRun(
  options: MlflowTrackerOptions,
  experimentId: string,
  name: string,
): Promise<{ id: string; events: number } | undefined> {
  const quoted = name.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
  const answer = await call(options, "POST", "runs/search", {
    experiment_ids: [experimentId],
    filter: `tags.\`${nameTag}\` = '${quoted}'`,
    max_results: 1,
  });
  const run = listAt(answer, "runs")[0];
  const id = textAt(run, "info", "run_id");
  if (id === undefined) return undefined;
  const tag = listAt(run, "data", "tags").find((each) => textAt(each, "key") === countTag);
  return { id, events: Number(textAt(tag, "value") ?? 0) };
}

async function createRun(options: MlflowTrackerOptions, experimentId: string, name: string, time: number): Promise<string> {
  const body = { experiment_id: experimentId, run_name: name, start_time: Math.round(time), tags: [{ key: nameTag, value: name }] };
  const id = textAt(await call(options, "POST", "runs/create", body), "run", "info", "run_id");
  if (id === undefined) throw refused(options, "runs/create", "an answer without run_id");
  return id;
}

/** MLflow takes letters, digits, `_`, `-`, `.`, space and `/`. */
function nameOf(metric: string): string {
  return metric.replace(/[^\w\-. /]/g, "_").slice(0, 250);
}

/** One request, made again where the network or the server failed; undefined for the error code that was expected. */
async function call(
  options: MlflowTrackerOptions,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
  expected?: string,
): Promise<unknown> {
  const { url, headers = {}, timeout = 10_000, retries = 3 } = options;
  for (let attempt = 0; ; attempt++) {
    let reason: unknown;
    try {
      const response = await fetch(`${url.replace(/\/$/, "")}/api/2.0/mlflow/${path}`, {
        method,
        headers: { "content-type": "application/json", ...headers },
        signal: AbortSignal.timeout(timeout),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.ok) return JSON.parse(text === "" ? "{}" : text);
      if (expected !== undefined && text.includes(expected)) return undefined;
      reason = `${response.status} ${text.slice(0, 500)}`;
      if (response.status < 500 && response.status !== 429) throw refused(options, path, reason);
    } catch (error) {
      if (BridgeError.isInstance(error)) throw error;
      reason = error;
    }
    if (attempt >= retries) throw refused(options, path, reason);
    await wait(200 * 2 ** attempt);
  }
}

function refused({ url }: MlflowTrackerOptions, path: string, reason: unknown): BridgeError {
  const told =
    reason instanceof Error ? `${reason.message}${reason.cause instanceof Error ? ` (${reason.cause.message})` : ""}` : String(reason);
  return new BridgeError(
    "missing-dependency",
    `the MLflow server at ${url} did not take ${path}: ${told}; check its address and that it is running`,
    {
      cause: reason,
    },
  );
}

/** The value under some names, one within the other. */
function valueAt(value: unknown, ...names: readonly string[]): unknown {
  const [name, ...rest] = names;
  if (name === undefined) return value;
  return typeof value === "object" && value !== null && name in value ? valueAt(Reflect.get(value, name), ...rest) : undefined;
}

function textAt(value: unknown, ...names: readonly string[]): string | undefined {
  const found = valueAt(value, ...names);
  return typeof found === "string" ? found : undefined;
}

function listAt(value: unknown, ...names: readonly string[]): unknown[] {
  const found = valueAt(value, ...names);
  return Array.isArray(found) ? found : [];
}
