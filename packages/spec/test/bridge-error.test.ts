import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { BridgeError } from "../src/bridge-error.js";

describe("BridgeError", () => {
  test("is recognised across two copies of the package", async () => {
    const file = pathToFileURL(new URL("../src/bridge-error.ts", import.meta.url).pathname);
    const other = (await import(/* @vite-ignore */ `${file.href}?copy`)) as typeof import("../src/bridge-error.js");
    expect(other.BridgeError).not.toBe(BridgeError);
    const foreign = new other.BridgeError("invalid-file", "from the other copy");
    expect(foreign).not.toBeInstanceOf(BridgeError);
    expect(BridgeError.isInstance(foreign)).toBe(true);
  });

  test("tells other things apart", () => {
    for (const other of [new Error("plain"), { code: "internal", message: "x" }, null, undefined, "internal", 3]) {
      expect(BridgeError.isInstance(other)).toBe(false);
    }
  });

  test("carries code, message and cause, and no marker that JSON would show", () => {
    const cause = new Error("below");
    const error = new BridgeError("missing-file", "x.json is not there", { cause });
    expect(error).toMatchObject({ name: "BridgeError", code: "missing-file", message: "x.json is not there", cause });
    expect(JSON.parse(JSON.stringify(error))).toEqual({ code: "missing-file", name: "BridgeError" });
    expect(new BridgeError("internal", "x")).not.toHaveProperty("cause");
  });
});
