import { existsSync, readdirSync, readFileSync } from "node:fs";

const folder = new URL("../../../../../shared/fixtures/igsm/", import.meta.url);

/** Why a test on rows of the Python generators is skipped, or undefined where the rows are there. */
export const missingFixtures: string | undefined = existsSync(folder)
  ? undefined
  : "the rows of the Python generators are not beside this repository";

export function readRows<Row>(file: string): Row[] {
  return readFileSync(new URL(file, folder), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);
}

export function readJson<Content>(file: string): Content {
  return JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Content;
}

/** The names of the files there that match, none where the folder is missing. */
export function fixtureFiles(pattern: RegExp): string[] {
  return missingFixtures === undefined
    ? readdirSync(folder)
        .filter((name) => pattern.test(name))
        .sort()
    : [];
}
