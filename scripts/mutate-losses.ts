// Mutation testing of the loss files: changes one thing at a time and looks whether the tests notice.
// pnpm mutate:losses [--every 5] [--only surrogate] [--show] [--again LOG, of an earlier run: the survivors that it names alone]
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import ts from "typescript";
import { createVitest } from "vitest/node";

const { values: flags } = parseArgs({
  options: {
    every: { type: "string", default: "1" },
    only: { type: "string" },
    again: { type: "string" },
    show: { type: "boolean", default: false },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const files = [
  ...["evaluate-policy-loss", "advantages", "sampler-corrections", "policy-loss", "policy-loss-options"].map(
    (name) => `packages/grpo/src/${name}.ts`,
  ),
  ...["surrogate", "kl-term", "importance-ratio", "token-weights", "ratio-metrics", "quantile", "flat-rows"].map(
    (name) => `packages/grpo/src/internal/${name}.ts`,
  ),
  "packages/sft/src/supervised-loss.ts",
];
const tests = [
  "packages/grpo/test/{golden,closed-form,policy-loss,advantages,sampler-corrections}.test.ts",
  "packages/sft/test/supervised-loss.test.ts",
];

interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly code: string;
}

const binary: Readonly<Record<string, readonly string[]>> = {
  ...{ "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "**": ["*"], "+=": ["-="], "-=": ["+="] },
  ...{ "<": ["<=", ">="], ">": [">=", "<="], "<=": ["<", ">"], ">=": [">", "<"] },
  ...{ "===": ["!=="], "!==": ["==="], "&&": ["||"], "||": ["&&"] },
};

/** One change at each place that computes something. Types, messages and loop counters are left alone. */
function mutantsOf(file: string): Mutant[] {
  const text = readFileSync(`${root}/${file}`, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Mutant[] = [];
  const change = (node: ts.Node, replacement: string): void => {
    const start = node.getStart();
    const line = source.getLineAndCharacterOfPosition(start).line + 1;
    const what = `${node.getText().replace(/\s+/g, " ").slice(0, 60)} → ${replacement.replace(/\s+/g, " ").slice(0, 60)}`;
    // A changed loop may never end, and nothing could stop it then: after many turns it does, and does wrong.
    const isLoop = ts.isForStatement(node.parent) && node.parent.condition === node;
    const own = isLoop ? `(globalThis.mutantTurns = (globalThis.mutantTurns ?? 0) + 1) < 1e8 && (${replacement})` : replacement;
    found.push({ file, line, what, code: text.slice(0, start) + own + text.slice(node.end) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isImportDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    // What an error says is not what is tested here; that there is one is.
    if (ts.isNewExpression(node) && node.expression.getText() === "BridgeError") return;
    if (ts.isBinaryExpression(node)) {
      const [left, operator, right] = [node.left.getText(), node.operatorToken.getText(), node.right.getText()];
      const isText =
        [node.left, node.right].some((side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side)) && operator === "+";
      for (const other of isText ? [] : (binary[operator] ?? [])) change(node, `${left} ${other} ${right}`);
    }
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) change(node, `(${node.operand.getText()})`);
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) change(node, `(${node.operand.getText()})`);
    if (ts.isConditionalExpression(node))
      change(node, `${node.condition.getText()} ? ${node.whenFalse.getText()} : ${node.whenTrue.getText()}`);
    if (ts.isIfStatement(node)) {
      change(node.expression, "true");
      change(node.expression, "false");
    }
    if (ts.isNumericLiteral(node)) change(node, node.text === "0" ? "1" : node.text === "1" ? "0" : `(${node.text} + 1)`);
    if (node.kind === ts.SyntaxKind.TrueKeyword) change(node, "false");
    if (node.kind === ts.SyntaxKind.FalseKeyword) change(node, "true");
    if (ts.isPropertyAccessExpression(node) && node.expression.getText() === "Math") {
      const other = { min: "max", max: "min", exp: "abs", sqrt: "abs", abs: "sign", log: "abs" }[node.name.text];
      if (other !== undefined) change(node, `Math.${other}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function survival({ file, line, what }: Mutant): string {
  return `SURVIVED ${file}:${line}  ${what}`;
}

let current: Mutant | undefined;
const vitest = await createVitest(
  "test",
  {
    root,
    watch: false,
    config: false,
    include: tests,
    reporters: [{}],
    bail: 1,
    pool: "threads",
    maxWorkers: 1,
    isolate: false,
    testTimeout: 60_000,
  },
  {
    resolve: { conditions: ["@bridge-rl/source", "node", "import", "module", "default"] },
    ssr: { resolve: { conditions: ["@bridge-rl/source", "node", "import", "module", "default"] } },
    plugins: [
      {
        name: "mutant",
        enforce: "pre",
        transform: (_, id) => (current !== undefined && id === `${root}${current.file}` ? { code: current.code, map: null } : undefined),
      },
    ],
  },
);
const specifications = await vitest.globTestSpecifications();

async function passes(mutant?: Mutant): Promise<boolean> {
  current = mutant;
  for (const file of files) vitest.invalidateFile(`${root}${file}`);
  process.exitCode = 0;
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications);
  return unhandledErrors.length === 0 && testModules.length === specifications.length && testModules.every((each) => each.ok());
}

if (specifications.length === 0 || !(await passes())) {
  console.error(`the tests of the loss files fail as they are (${specifications.length} test files found); mutants would tell nothing`);
  await vitest.close();
  process.exit(2);
}
const all = files.filter((file) => flags.only === undefined || file.includes(flags.only)).flatMap(mutantsOf);
const before = flags.again === undefined ? undefined : readFileSync(flags.again, "utf8");
const chosen = all.filter((mutant, index) => index % Number(flags.every) === 0 && (before?.includes(survival(mutant)) ?? true));
const survivors: Mutant[] = [];
for (const [index, mutant] of chosen.entries()) {
  const survived = await passes(mutant);
  if (survived) survivors.push(mutant);
  if (survived || flags.show) console.log(survived ? survival(mutant) : `killed   ${mutant.file}:${mutant.line}  ${mutant.what}`);
  if ((index + 1) % 50 === 0) console.log(`… ${index + 1} of ${chosen.length}`);
}
await vitest.close();
const killed = chosen.length - survivors.length;
const share = (100 * killed) / chosen.length;
console.log(`${killed} of ${chosen.length} mutants killed (${share.toFixed(1)} %; ${all.length} in all)`);
process.exitCode = share >= 90 ? 0 : 1;
