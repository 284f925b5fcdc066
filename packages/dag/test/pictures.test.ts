import { describe, expect, test } from "vitest";
import { toDot } from "../src/to-dot.js";
import { toMermaid } from "../src/to-mermaid.js";
import { toSvg } from "../src/to-svg.js";
import { constant, fruit, graphOf, reference } from "./graphs.js";

const nasty = graphOf(1, [
  [`each "Grab & Go" <Store>'s \\N|Tea]`, constant(1), 1],
  ["#1 {best}; --> end", reference(0), 1],
]);

describe("toDot", () => {
  test("has every node in its colour and every edge", () => {
    const dot = toDot(fruit, { values: true });
    expect(dot).toContain('n0 [label="apples\\n= 3"');
    expect(dot.match(/class=(\w+)/g)).toEqual(["class=given", "class=given", "class=intermediate", "class=distractor", "class=target"]);
    expect(dot.match(/n\d -> n\d/g)).toEqual(["n0 -> n2", "n1 -> n2", "n1 -> n3", "n2 -> n4", "n0 -> n4"]);
    expect(toDot(fruit, { distractors: false })).not.toContain("n3");
  });
});

describe("toMermaid", () => {
  test("escapes what could be syntax", () => {
    const mermaid = toMermaid(nasty);
    const label = mermaid.split("\n").find((line) => line.startsWith("  n0["));
    expect(label).toBe(`  n0["each #34;Grab #38; Go#34; #60;Store#62;'s #92;N#124;Tea#93;"]:::given`);
    expect(mermaid).toContain("  n0 --> n1");
    expect(mermaid).toContain("accTitle: Reasoning graph");
  });
});

describe("toSvg", () => {
  test("draws every name as written, with title, description and roles", async () => {
    const svg = await toSvg(nasty, { title: "A & B" });
    expect(svg.startsWith("<svg")).toBe(true);
    expect(svg).toContain('role="img">');
    expect(svg).toContain("<title>A &amp; B</title>");
    expect(svg).toContain("<desc>2 quantities lead to #1 {best}; --&gt; end; 0 more are not needed.</desc>");
    expect(svg).toContain('class="node given"');
    const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => plain(match[1] ?? ""));
    expect(texts.sort()).toEqual(nasty.nodes.map((node) => node.name).sort());
  });

  test("draws an edge per dependency", async () => {
    const svg = await toSvg(fruit);
    expect(svg.match(/class="edge"/g)).toHaveLength(5);
  });
});

function plain(text: string): string {
  return text
    .replaceAll(/&#(\d+);/g, (_match, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
