import type { BridgeErrorCode } from "@bridge-rl/spec";
import type { LoadPipelineOptions } from "./load-pipeline.js";

/** What the process of a run tells the process of an arm. */
export type ToArm = { readonly type: "start"; readonly job: ArmJob } | { readonly type: "stop" };

/** One arm with one seed, and where to find everything. */
export interface ArmJob {
  readonly pipeline: LoadPipelineOptions;
  readonly arm: string;
  readonly seed: number;
  /** The run's directory. */
  readonly directory: string;
}

/** What the process of an arm tells the process of its run. */
export type FromArm =
  | { readonly type: "progress"; readonly phase: string; readonly done: number; readonly total: number; readonly message?: string }
  | { readonly type: "done" }
  | { readonly type: "failed"; readonly message: string; readonly code?: BridgeErrorCode; readonly stack?: string };
