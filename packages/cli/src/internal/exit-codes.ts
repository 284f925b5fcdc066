import { BridgeError, type BridgeErrorCode } from "@bridge-rl/spec";

/** What the command exits with, as `bridge --help` lists it. */
export const exitCodes = {
  success: 0,
  /** Something failed that is nobody's typing mistake: a bug, a full disk, a diverged training. */
  failure: 1,
  /** A flag, an option or a config that cannot be. */
  usage: 2,
  /** A file that is missing, broken, or not what the command reads. */
  data: 3,
  /** The run directory holds, or is being written by, another run. */
  conflict: 4,
  /** Ctrl-C; what can be resumed was saved. 128 + SIGINT, as shells count. */
  interrupted: 130,
  /** SIGTERM; what can be resumed was saved. 128 + SIGTERM. */
  terminated: 143,
} as const;

const codesByError: Readonly<Partial<Record<BridgeErrorCode, number>>> = {
  "invalid-option": exitCodes.usage,
  "unknown-option": exitCodes.usage,
  "invalid-plugin": exitCodes.usage,
  "missing-dependency": exitCodes.usage,
  unsupported: exitCodes.usage,
  "invalid-file": exitCodes.data,
  "missing-file": exitCodes.data,
  "invalid-input": exitCodes.data,
  "invalid-graph": exitCodes.data,
  "invalid-trace": exitCodes.data,
  "run-conflict": exitCodes.conflict,
  cancelled: exitCodes.interrupted,
};

/** The exit code that an error leads to. */
export function exitCodeOf(error: unknown): number {
  if (!BridgeError.isInstance(error)) return exitCodes.failure;
  return codesByError[error.code] ?? exitCodes.failure;
}
