import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRun, renderReport, writeReport } from "../src/index.js";
import { lowContrast } from "./low-contrast.js";
import { makeRun } from "./make-run.js";

const executablePath = "/usr/bin/chromium";
const isThere = existsSync(executablePath);
if (!isThere) console.warn(`the report is not opened in a browser: there is no ${executablePath}`);

describe.skipIf(!isThere)("the page in Chromium", () => {
  let directory: string;
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "bridge-report-"));
    makeRun(directory, { arms: ["vanilla", "rc-aug", "bridge"], seeds: [1, 2] });
    url = pathToFileURL(await writeReport(directory)).href;
    browser = await chromium.launch({
      executablePath,
      // Debian's start script calls tools that a bare PATH may lack.
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/bin:/bin` },
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Opens the page and watches what it says and asks for. */
  async function open(options: BrowserContextOptions = {}): Promise<{ page: Page; messages: string[]; requests: string[] }> {
    const page = await browser.newPage(options);
    const messages: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => messages.push(message.text()));
    page.on("pageerror", (error) => messages.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(url);
    return { page, messages, requests };
  }

  test("says nothing on the console and asks for nothing but itself", async () => {
    const { page, messages, requests } = await open();
    await page.getByRole("button", { name: "Unfold all numbers" }).click();
    expect(messages).toEqual([]);
    expect(requests).toEqual([url]);
    await page.close();
  });

  test("has the same numbers and pictures without JavaScript", async () => {
    const numbers = (page: Page): Promise<string[]> =>
      page.locator("main").locator(":is(td, th, svg desc, .lead, figcaption):not(#query-list *)").allTextContents();
    const { page: plain } = await open({ javaScriptEnabled: false });
    const { page: scripted } = await open();
    const shown = await numbers(plain);
    expect(shown.length).toBeGreaterThan(300);
    expect(shown).toEqual(await numbers(scripted));
    expect(await plain.getByRole("button").count()).toBe(0);
    await plain.locator("summary").first().click();
    expect(await plain.locator("details[open]").count()).toBe(1);
    await plain.close();
    await scripted.close();
  });

  test.each(["light", "dark"] as const)("has enough contrast in %s", async (colorScheme) => {
    const { page } = await open({ colorScheme, viewport: { width: 1200, height: 900 } });
    await page.getByRole("button", { name: "Unfold all numbers" }).click();
    expect(await page.evaluate(`(${lowContrast})(4.5)`)).toEqual([]);
    const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(ground).toBe(colorScheme === "light" ? "rgb(255, 254, 250)" : "rgb(22, 22, 20)");
    await page.close();
  });

  test.each([320, 390, 1200])("does not scroll sideways at %i pixels, also unfolded", async (width) => {
    const { page } = await open({ viewport: { width, height: 844 } });
    await page.getByRole("button", { name: "Unfold all numbers" }).click();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    await page.close();
  });

  test("keeps the words in its charts legible on a phone", async () => {
    const { page } = await open({ viewport: { width: 390, height: 844 } });
    const heights = (await page.evaluate(
      "[...document.querySelectorAll('svg.chart text')].map((text) => text.getBoundingClientRect().height).filter((height) => height > 0)",
    )) as number[];
    expect(heights.length).toBeGreaterThan(100);
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(8);
    await page.close();
  });

  test("is usable from the keyboard: a skip link first, everything that scrolls or folds in reach, focus visible", async () => {
    const { page } = await open({ viewport: { width: 390, height: 844 } });
    await page.keyboard.press("Tab");
    const skip = page.locator(".skip");
    expect(await page.evaluate("document.activeElement.className")).toBe("skip");
    expect((await skip.boundingBox())?.x).toBeGreaterThanOrEqual(0);
    const outlines = new Set<string>();
    const visited: string[] = [];
    for (let presses = 0; presses < 800; presses++) {
      await page.keyboard.press("Tab");
      const [tag, outline] = (await page.evaluate(
        "(() => { const e = document.activeElement; return [e.tagName, getComputedStyle(e).outlineStyle]; })()",
      )) as [string, string];
      if (tag === "BODY") break;
      visited.push(tag);
      outlines.add(outline);
    }
    expect([...outlines]).toEqual(["solid"]);
    expect(visited.filter((tag) => tag === "SUMMARY")).toHaveLength(await page.locator("summary").count());
    expect(visited.filter((tag) => tag === "PRE")).toHaveLength(await page.locator("pre:visible").count());
    await page.getByRole("button", { name: "Unfold all numbers" }).focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("details:not([open])").count()).toBe(0);
    await page.close();
  });

  test("lists all queries: searched, sorted and turned over from the keyboard", async () => {
    const { page } = await open();
    const list = page.locator("#query-list");
    const influences = async (): Promise<number[]> =>
      (await list.locator("tbody td:nth-child(3)").allTextContents()).map((text) => Number(text.replace("−", "-")));
    const status = list.getByRole("status");
    expect(await status.textContent()).toBe("1 to 25 of 720 queries");
    const falling = await influences();
    expect(falling).toEqual(falling.toSorted((a, b) => b - a));
    await list.getByRole("button", { name: "influence" }).press("Enter");
    const rising = await influences();
    expect(rising).toEqual(rising.toSorted((a, b) => a - b));
    expect(await list.getByRole("columnheader", { name: "influence" }).getAttribute("aria-sort")).toBe("ascending");
    await list.getByRole("button", { name: "Next 25" }).press("Space");
    expect(await status.textContent()).toBe("26 to 50 of 720 queries");
    await list.getByRole("searchbox", { name: "Search" }).fill("bridge 7/111, seed 2");
    expect(await status.textContent()).toBe("1 to 1 of 1 queries");
    await list.getByRole("searchbox").fill("no such thing");
    expect(await status.textContent()).toBe("No query matches.");
    await page.close();
  });

  test("is as quick with 10,000 queries: a page of them at a time", async () => {
    const { file, ...run } = await readRun(directory);
    const [arm] = run.arms;
    const measured = arm?.influence.sft;
    if (arm === undefined || measured === undefined) throw new Error("the run has influence");
    const queries = Array.from({ length: 10_000 }, (_, index) => ({
      ...(measured.queries[index % measured.queries.length] as (typeof measured.queries)[number]),
      problem: `igsm/1/7/${index}`,
    }));
    const large = await renderReport({ ...run, file, arms: [{ ...arm, influence: { sft: { ...measured, queries } } }] });
    expect(large.length).toBeLessThan(3e6);
    const path = join(directory, "large.html");
    writeFileSync(path, large);
    const page = await browser.newPage();
    await page.goto(pathToFileURL(path).href);
    const list = page.locator("#query-list");
    expect(await list.getByRole("status").textContent()).toBe("1 to 25 of 10000 queries");
    await list.getByRole("searchbox").fill("igsm/1/7/9999");
    expect(await list.getByRole("status").textContent()).toBe("1 to 1 of 1 queries");
    expect(await page.evaluate("document.querySelectorAll('*').length")).toBeLessThan(20_000);
    await page.close();
  });

  test("tells a screen reader of headings, named pictures and headed tables", async () => {
    const { page } = await open();
    const session = await page.context().newCDPSession(page);
    const { nodes } = await session.send("Accessibility.getFullAXTree");
    const of = (role: string) => nodes.filter((node) => !node.ignored && node.role?.value === role);
    expect(of("main")).toHaveLength(1);
    expect(of("navigation").map(({ name }) => name?.value)).toEqual(["Contents"]);
    const pictures = of("image").map(({ name, description }) => `${name?.value} ${description?.value ?? ""}`);
    // Those in folded parts come with unfolding.
    expect(pictures).toHaveLength(await page.locator("svg:visible").count());
    for (const picture of pictures) expect(picture.length).toBeGreaterThan(20);
    expect(of("columnheader").length).toBeGreaterThan(10);
    expect(of("rowheader").length).toBeGreaterThan(5);
    const levels = of("heading").map(({ properties }) => Number(properties?.find(({ name }) => name === "level")?.value.value));
    expect(levels[0]).toBe(1);
    levels.slice(1).forEach((level, position) => {
      expect(level - (levels[position] ?? 0)).toBeLessThanOrEqual(1);
    });
    await page.close();
  });
});
