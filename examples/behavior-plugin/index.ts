// Injects the plugin next to BRIDGE's own behaviours and shows what each of them wrote.
import { bridge, countBehaviors, createArm, demonstrate } from "@bridge-rl/behaviors";
import { igsm } from "@bridge-rl/igsm";
import { verification } from "./verification.js";

const count = process.argv.includes("--smoke") ? 50 : 1000;
const source = igsm({ operations: [8, 12], seed: 7 });
const arm = createArm("bridge-verification", { behaviors: [...bridge().behaviors, verification()] });

const demonstrations = [...source.problems({ count })].flatMap((problem) => demonstrate(problem, source.phrasebook, arm, 1));

const shown = demonstrations.find(({ spans }) => spans.some(({ behavior }) => behavior === "@example/verification"));
if (shown === undefined) throw new Error("no demonstration was verified; raise the probability");
console.log(`${shown.prompt}\n${shown.completion}\n`);

const { behaviors, plain, characters } = countBehaviors(demonstrations);
console.log(`share of the text, ${count} demonstrations`);
for (const [name, written] of Object.entries({ "the plain solution": plain, ...behaviors })) {
  console.log(`${((100 * written.characters) / characters).toFixed(1).padStart(5)} %  ${name}`);
}
