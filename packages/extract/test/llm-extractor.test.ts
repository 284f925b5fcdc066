import { validateGraph } from "@bridge-rl/dag";
import { afterEach, describe, expect, test } from "vitest";
import { type GraphDraft, type LlmExtractorOptions, llmExtractor } from "../src/index.js";
import { type Answer, fails, says, startServer } from "./stub-server.js";

const pair = {
  question: "Mia has 4 bags with 3 apples each and 2 pears. She eats 5 apples. How many apples are left?",
  answer: "12 - 5 = 7\n#### 7",
};

const node = (id: string, formula: string, value: number, stated = true) => ({ id, name: `number of ${id}`, formula, value, stated });
const right: GraphDraft = {
  target: "left",
  nodes: [
    node("left", "apples - eaten", 7),
    node("bags", "4", 4),
    node("each", "3", 3),
    node("pears", "2", 2),
    node("apples", "bags * each", 12, false),
    node("eaten", "5", 5),
  ],
};
const without = (id: string): GraphDraft => ({ ...right, nodes: right.nodes.filter((one) => one.id !== id) });
const changed = (id: string, change: Partial<GraphDraft["nodes"][number]>): GraphDraft => ({
  ...right,
  nodes: right.nodes.map((one) => (one.id === id ? { ...one, ...change } : one)),
});

const close: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const one of close.splice(0)) await one();
});

async function serve(answers: readonly Answer[], options: Partial<LlmExtractorOptions> = {}) {
  const server = await startServer(answers);
  close.push(server.close);
  const extractor = llmExtractor({ url: server.url, model: "tiny", backoffMilliseconds: 1, ...options });
  return { ...server, extractor };
}

describe("a server that answers", () => {
  test("right gives the graph, distractors included, in topological order", async () => {
    const { extractor, received } = await serve([says(right)], { apiKey: "secret" });
    const { graph, repaired } = await extractor.extract(pair);

    expect(validateGraph(graph)).toEqual([]);
    expect(repaired).toEqual([]);
    expect(graph.nodes.map(({ name, value, necessary, stated }) => [name.slice(10), value, necessary, stated])).toEqual([
      ["bags", 4, true, true],
      ["each", 3, true, true],
      ["apples", 12, true, false],
      ["eaten", 5, true, true],
      ["left", 7, true, true],
      ["pears", 2, false, true],
    ]);
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      authorization: "Bearer secret",
      body: {
        model: "tiny",
        temperature: 0,
        response_format: { type: "json_schema", json_schema: { strict: true, schema: { required: ["nodes", "target"] } } },
      },
    });
    expect(received[0]?.body.messages.at(-1)?.content).toContain(pair.question);
  });

  test.each<[string, unknown]>([
    ["in a fence", `\`\`\`json\n${JSON.stringify(right)}\n\`\`\``],
    ["between sentences", `Here it is: ${JSON.stringify(right)} I hope that helps.`],
  ])("right, but %s", async (_case, content) => {
    const { extractor, received } = await serve([says(content)], { structuredOutput: "none" });
    expect((await extractor.extract(pair)).repaired).toEqual([]);
    expect(received[0]?.body).not.toHaveProperty("response_format");
  });

  test.each<[string, unknown, RegExp]>([
    ["not in JSON", "I cannot do that.", /not JSON/],
    ["cut off", JSON.stringify(right).slice(0, 80), /not JSON/],
    ["with a field missing", { nodes: [{ id: "a", name: "a", formula: "1", value: 1 }], target: "a" }, /nodes\[0\]\.stated/],
    ["with no nodes", { nodes: [], target: "a" }, /nodes/],
    [
      "with a circle",
      changed("bags", { formula: "apples / each" }),
      /apples needs bags needs apples: a circle|bags needs apples needs bags: a circle/,
    ],
    ["with a number forgotten", without("pears"), /the question says 2, which is in no formula/],
    ["with an unknown reference", changed("apples", { formula: "bags * boxes" }), /uses boxes, which is the id of no node/],
    ["with a formula that can't be read", changed("apples", { formula: "bags times each" }), /"times" can't stand/],
    ["with a wrong value", changed("apples", { value: 13 }), /said to be 13, but "bags \* each" is 12/],
    ["with a wrong formula", changed("apples", { formula: "bags + each", value: 7 }), /but the answer is 7|the value of left/],
    ["with the wrong target", { ...right, target: "pears" }, /comes to 2, but the answer is 7/],
    ["with a target that is not there", { ...right, target: "plums" }, /"plums" is the id of no node/],
    ["with an id twice", { ...right, nodes: [...right.nodes, right.nodes[0]] }, /several nodes have the id "left"/],
    ["dividing by zero", { ...right, nodes: [...right.nodes, node("odd", "bags / (bags - 4)", 0, false)] }, /divides by zero/],
  ])("wrong at first, %s: is told what is wrong, and repairs it", async (_case, first, reason) => {
    const { extractor, received } = await serve([says(first), says(right)]);
    const { graph, repaired } = await extractor.extract(pair);

    expect(validateGraph(graph)).toEqual([]);
    expect(repaired).toHaveLength(1);
    expect(repaired[0]?.join("; ")).toMatch(reason);
    const { messages } = received[1]?.body ?? { messages: [] };
    expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
    for (const problem of repaired[0] ?? []) expect(messages.at(-1)?.content).toContain(problem);
  });

  test("cut off at the token limit is a thing to repair", async () => {
    const { extractor } = await serve([says(right, "length"), says(right)]);
    expect((await extractor.extract(pair)).repaired[0]?.[0]).toMatch(/cut off/);
  });

  test("wrong for ever ends with an error that says why", async () => {
    const { extractor, received } = await serve([says(without("pears"))], { repairs: 2 });
    await expect(extractor.extract(pair)).rejects.toMatchObject({
      code: "invalid-graph",
      message: expect.stringMatching(/in 3 tries: the question says 2/),
    });
    expect(received).toHaveLength(3);
  });

  test("an answer without a number says so", async () => {
    const { extractor } = await serve([says(right)], { repairs: 0 });
    await expect(extractor.extract({ ...pair, answer: "seven" })).rejects.toMatchObject({
      message: expect.stringContaining('"seven" has no number'),
    });
  });
});

describe("a server that fails", () => {
  test.each<[string, readonly Answer[]]>([
    ["with 429 and Retry-After", [fails(429, { "retry-after": "0.02" }), fails(429), says(right)]],
    ["with 500 and 503", [fails(500), fails(503), says(right)]],
    ["by hanging up", [(response) => response.destroy(), says(right)]],
    ["with what is no JSON", [fails(200, {}, "<html>busy</html>"), says(right)]],
    ["with JSON that is no completion", [fails(200, {}, '{"error":"overloaded"}'), says(right)]],
    [
      "in the middle of a reply",
      [
        (response) => {
          response.writeHead(200, { "content-length": "500" });
          response.write('{"choices"', () => response.destroy());
        },
        says(right),
      ],
    ],
  ])("%s is asked again", async (_case, answers) => {
    const { extractor, received } = await serve(answers);
    expect((await extractor.extract(pair)).repaired).toEqual([]);
    expect(received).toHaveLength(answers.length);
    expect(new Set(received.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  test("by never answering is asked again after the time-out", async () => {
    const { extractor, received } = await serve([() => {}, says(right)], { timeoutMilliseconds: 200 });
    expect((await extractor.extract(pair)).repaired).toEqual([]);
    expect(received).toHaveLength(2);
  });

  test("for ever ends with an error that says how often and why", async () => {
    const { extractor, received } = await serve([fails(503, {}, "loading the model")], { attempts: 3 });
    await expect(extractor.extract(pair)).rejects.toMatchObject({
      code: "request-failed",
      message: expect.stringMatching(/failed 3 times.*503: loading the model/),
    });
    expect(received).toHaveLength(3);
  });

  test.each([400, 401, 403, 404, 422])("with %d is not asked again", async (status) => {
    const { extractor, received } = await serve([fails(status, {}, "response_format is not known")]);
    await expect(extractor.extract(pair)).rejects.toMatchObject({
      code: "request-failed",
      message: expect.stringContaining(`${status}: response_format is not known`),
    });
    expect(received).toHaveLength(1);
  });

  test("that is not there says so", async () => {
    const { extractor, close: stop } = await serve([says(right)], { attempts: 2 });
    await stop();
    await expect(extractor.extract(pair)).rejects.toMatchObject({
      code: "request-failed",
      message: expect.stringMatching(/ECONNREFUSED|connect/),
    });
  });

  test("is left alone when the caller has had enough, while it waits and between tries", async () => {
    for (const answer of [() => {}, fails(503)] as const) {
      const controller = new AbortController();
      const { extractor, received } = await serve([answer], { backoffMilliseconds: 60_000 });
      const extraction = extractor.extract(pair, { signal: controller.signal });
      const ended = expect(extraction).rejects.toMatchObject({ code: "cancelled" });
      while (received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.abort();
      await ended;
      expect(received).toHaveLength(1);
    }
  });
});
