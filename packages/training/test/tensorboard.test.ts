import { appendFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTensorboardTracker } from "../src/index.js";
import { crc32c } from "../src/internal/crc32c.js";

const newDirectory = () => mkdtempSync(join(tmpdir(), "bridge-tensorboard-"));
/** Written by Google's protobuf library and the crc32c of Debian: fixtures/tensorboard.py. */
const reference = readFileSync(new URL("./fixtures/tensorboard-reference.tfevents", import.meta.url));

test("CRC-32C of RFC 3720, appendix B.4", () => {
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a91_36aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8_ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd_794e);
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe306_9283);
});

test("gives the bytes that protobuf's own library gives for the same events", async () => {
  let seconds = 0.5;
  const now = () => 1000 * ++seconds;
  const tracker = createTensorboardTracker(newDirectory(), { now });
  await tracker.log({ phase: "grpo", step: 1, metrics: { loss: 0.1, kl: Number.NaN, größe: -3, none: null } });
  await tracker.log({ phase: "grpo", step: 300, metrics: { loss: 1e-30 } });
  const many = Array.from({ length: 39 }, (_, index) => [`metric_${index + 1}`, (index + 1) / 7]);
  await tracker.log({ phase: "evaluation", step: 5_000_000_000, metrics: Object.fromEntries(many) });
  await tracker.close();

  expect(readFileSync(tracker.path).equals(reference)).toBe(true);
});

test("a run that rewinds and goes on leaves the bytes of one that was never interrupted", async () => {
  const log = (step: number, loss = step / 3) => ({ phase: "sft", step, metrics: { loss } });
  const straight = createTensorboardTracker(newDirectory());
  for (const step of [1, 2, 3, 4]) await straight.log(log(step));
  await straight.close();

  const directory = newDirectory();
  const first = createTensorboardTracker(directory);
  for (const step of [1, 2]) await first.log(log(step));
  const checkpoint = first.position();
  await first.log(log(3, 99));
  await first.close();
  appendFileSync(first.path, readFileSync(straight.path).subarray(0, 21)); // killed in the middle of a record
  const second = createTensorboardTracker(directory);
  await second.rewind(checkpoint);
  for (const step of [3, 4]) await second.log(log(step));
  await second.close();

  expect(readFileSync(second.path).equals(readFileSync(straight.path))).toBe(true);
});

test("a record with a wrong checksum is cut off with all behind it; the beginning is never lost", async () => {
  const directory = newDirectory();
  const tracker = createTensorboardTracker(directory);
  const empty = readFileSync(tracker.path);
  await tracker.log({ phase: "sft", step: 1, metrics: { loss: 1 } });
  await tracker.close();
  appendFileSync(tracker.path, reference.subarray(0, 40).fill(7, 20, 30));
  const again = createTensorboardTracker(directory);
  const whole = again.position();
  await expect(again.rewind(9999)).rejects.toThrow("can't go back to 9999");
  await again.rewind(0);
  await again.close();

  expect(whole).toBeGreaterThan(empty.length);
  expect(readFileSync(tracker.path).equals(empty)).toBe(true);
});
