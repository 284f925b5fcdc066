// Makes problems of the source, harder ones behind easier ones, and solutions of them with BRIDGE's behaviours.
import { bridge, demonstrate } from "@bridge-rl/behaviors";
import { AnswerTally, drawProblems, ProblemFilter } from "@bridge-rl/sources";
import { boxes } from "./boxes.js";

const count = process.argv.includes("--smoke") ? 100 : 10_000;
const levels = [
  { name: "a few boxes", source: boxes({ kinds: 5, seed: 7 }), problems: count / 2 },
  { name: "many boxes", source: boxes({ kinds: 10, seed: 7 }), problems: count / 2 },
];
const filter = new ProblemFilter({ distinct: true, by: "prompt" });
const answers = new AnswerTally();
let operations = 0;
for await (const { level, problem } of drawProblems(levels, { filter })) {
  answers.add(problem.answer);
  operations += problem.difficulty.operations;
  const demonstrations = demonstrate(problem, boxes().phrasebook, bridge(), 1);
  if (problem.source.index === 0)
    for (const { prompt, completion } of demonstrations) console.log(`${level}\n\n${prompt}\n${completion}\n`);
}
const { constant, constantShare } = answers.summary();
console.log(
  `${count} problems of ${(operations / count).toFixed(1)} operations; always saying ${String(constant)} solves ${(100 * constantShare).toFixed(0)} %`,
);
