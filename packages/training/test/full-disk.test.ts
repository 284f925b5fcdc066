import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contents, tinyPolicy } from "@bridge-rl/test-support";
import { beforeAll, describe, expect, test } from "vitest";
import { latestCheckpoint } from "../src/index.js";

const script = new URL("./full-disk-run.ts", import.meta.url).pathname;
const node = ["--conditions=@bridge-rl/source", "--import", "tsx", script];

/** Runs the training to its end, or to its failure. */
function train(directory: string, [command, ...words]: readonly [string, ...string[]] = [process.execPath]) {
  const { status, stderr } = spawnSync(command, [...words, ...node, directory], { encoding: "utf8" });
  return { status, stderr };
}

/** What a person needs to know, and what a run needs to go on. */
async function expectClearState(directory: string, { status, stderr }: ReturnType<typeof train>, code: string): Promise<void> {
  expect(status).toBe(3);
  expect(stderr).toMatch(new RegExp(`BridgeError: ${join(directory, "checkpoints")}/step-0000000\\d could not be written \\(${code}: `));
  expect(stderr).toContain("what was saved before is whole: make room and start again");
  const names = readdirSync(join(directory, "checkpoints")).filter((name) => name !== "begin.json");
  expect(names.length).toBeGreaterThan(0);
  expect(names.length).toBeLessThan(6);
  expect(names).toEqual(names.map((_, index) => `step-0000000${index + 1}`));
  const latest = latestCheckpoint(join(directory, "checkpoints"));
  expect(latest).toMatchObject({ step: names.length, state: { complete: false, progress: { step: names.length } } });
  await tinyPolicy(2).load(latest?.policyDirectory as string);
}

describe("a disk that is full while a checkpoint is written stops the run, which goes on once there is room, to the same bytes", () => {
  let straight: Record<string, string> = {};
  beforeAll(() => {
    const directory = mkdtempSync(join(tmpdir(), "bridge-disk-"));
    expect(train(directory)).toEqual({ status: 0, stderr: "" });
    straight = contents(directory);
  }, 60_000);

  test.skipIf(process.platform === "win32")(
    "EFBIG: a file may not grow further",
    async () => {
      const directory = mkdtempSync(join(tmpdir(), "bridge-disk-"));
      // In blocks of 512 bytes.
      await expectClearState(directory, train(directory, ["sh", "-c", 'ulimit -f 200 && exec "$0" "$@"', process.execPath]), "EFBIG");

      expect(train(directory).status).toBe(0);
      expect(contents(directory)).toEqual(straight);
    },
    60_000,
  );

  test("ENOSPC: a disk of its own, which only root can mount", async ({ skip }) => {
    const disk = mkdtempSync(join(tmpdir(), "bridge-disk-"));
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=320k", "tmpfs", disk], { encoding: "utf8" });
    skip(mounted.status !== 0, `no tmpfs can be mounted here: ${mounted.stderr || mounted.error?.message}`);
    try {
      const directory = join(disk, "run");
      mkdirSync(directory);
      await expectClearState(directory, train(directory), "ENOSPC");

      expect(spawnSync("mount", ["-o", "remount,size=4m", disk]).status).toBe(0);
      expect(train(directory).status).toBe(0);
      expect(contents(directory)).toEqual(straight);
    } finally {
      spawnSync("umount", [disk]);
    }
  }, 60_000);
});
