import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockDirectory } from "../src/index.js";

const newDirectory = () => mkdtempSync(join(tmpdir(), "bridge-lock-"));

test("one holder at a time; releasing twice does nothing", () => {
  const directory = newDirectory();
  const lock = lockDirectory(directory);

  expect(() => lockDirectory(directory)).toThrow(`process ${process.pid} is writing to ${directory}`);
  lock.release();
  lock.release();
  lockDirectory(directory).release();
  expect(readdirSync(directory)).toEqual([]);
});

test("a lock of a living process holds, of a killed one doesn't", async () => {
  const directory = newDirectory();
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  writeFileSync(join(directory, "lock.json"), JSON.stringify({ pid: child.pid, began: null }));

  expect(() => lockDirectory(directory)).toThrow(`process ${child.pid}`);
  const ended = new Promise((resolve) => child.on("exit", resolve));
  child.kill("SIGKILL");
  await ended;
  lockDirectory(directory).release();
});

test("a process id that another process has by now doesn't hold", () => {
  const directory = newDirectory();
  writeFileSync(join(directory, "lock.json"), JSON.stringify({ pid: process.pid, began: "1" }));
  if (process.platform === "linux") lockDirectory(directory).release();
  else expect(() => lockDirectory(directory)).toThrow("is writing to");
});

test("a file that is no lock is left alone", () => {
  const directory = newDirectory();
  writeFileSync(join(directory, "lock.json"), "mine");

  expect(() => lockDirectory(directory)).toThrow("is not a lock that this library wrote");
});

test("of many processes that find a stale lock exactly one gets it", () => {
  const directory = newDirectory();
  writeFileSync(join(directory, "lock.json"), JSON.stringify({ pid: 2 ** 22 + 1, began: null }));
  const source = new URL("../src/directory-lock.ts", import.meta.url).pathname;
  const program = `import { lockDirectory } from ${JSON.stringify(source)};
    try { lockDirectory(${JSON.stringify(directory)}); console.log("got"); } catch (error) { console.log(error.code); }
    setTimeout(() => {}, 3000);`;
  const shell = Array.from(
    { length: 4 },
    () => `node --conditions=@bridge-rl/source --import tsx --input-type=module -e '${program}' &`,
  ).join("\n");
  const { stdout } = spawnSync("sh", ["-c", `${shell}\nwait`], { encoding: "utf8", cwd: new URL("../../..", import.meta.url).pathname });

  expect(stdout.trim().split("\n").sort()).toEqual(["got", "run-conflict", "run-conflict", "run-conflict"]);
});
