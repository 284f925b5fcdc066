import { BridgeError } from "@bridge-rl/spec";

/** What to throw where writing failed: the system's own errors don't say what they failed at. Others are passed on as they are. */
export function writeFailed(what: string, error: unknown): unknown {
  if (!(error instanceof Error && "syscall" in error)) return error;
  return new BridgeError(
    "write-failed",
    `${what} could not be written (${error.message}); what was saved before is whole: make room and start again to go on`,
    { cause: error },
  );
}
