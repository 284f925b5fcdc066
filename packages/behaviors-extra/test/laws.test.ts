import { behaviorLaws, registerLaws } from "@bridge-rl/behaviors/testing";
import { igsm } from "@bridge-rl/igsm";
import { promptbench } from "@bridge-rl/promptbench";
import type { Phrasebook, Problem } from "@bridge-rl/spec";
import { describe, test } from "vitest";
import { backtracking, estimation, planning, verification } from "../src/index.js";

registerLaws(test, behaviorLaws(verification, { wrongOptions: [{ probability: 1.1 }, { delay: -1 }] }));
registerLaws(test, behaviorLaws(backtracking, { wrongOptions: [{ probability: "often" }, { delay: Number.NaN }] }));
registerLaws(test, behaviorLaws(planning, { wrongOptions: [{ probability: -0.1 }, { revision: 2 }] }));
registerLaws(test, behaviorLaws(estimation, { wrongOptions: [{ probability: 2 }, { unit: 0 }] }));

const eager = [
  verification({ probability: 1, delay: 4 }),
  backtracking({ probability: 1, delay: 4 }),
  planning({ revision: 0.5, longest: 4 }),
  estimation({ probability: 1, unit: 3 }),
];

describe("with other options", () => {
  for (const behavior of eager) registerLaws(test, behaviorLaws(behavior));
});

const tasks = [
  "arithmetic",
  "linear_equation",
  "bool_logic",
  "deductive_logic",
  "abductive_logic",
  "reachability",
  "max_sum_path",
] as const;

const worded: readonly { readonly name: string; readonly problems: readonly Problem[]; readonly phrasebook: Phrasebook }[] = [
  ...(["prose", "terse"] as const).flatMap((phrasebook) => {
    const plain = igsm({ operations: [1, 15], seed: 8, phrasebook });
    const modular = igsm({ operations: [1, 15], seed: 9, phrasebook, modulus: 23 });
    return [
      { name: `igsm, ${phrasebook}`, problems: [...plain.problems({ count: 20 })], phrasebook: plain.phrasebook },
      { name: `igsm modulo 23, ${phrasebook}`, problems: [...modular.problems({ count: 20 })], phrasebook: modular.phrasebook },
    ];
  }),
  ...tasks.flatMap((task) =>
    (["prose", "terse"] as const).map((phrasebook) => {
      const source = promptbench({ task, seed: 8, phrasebook });
      return { name: `promptbench ${task}, ${phrasebook}`, problems: [...source.problems({ count: 8 })], phrasebook: source.phrasebook };
    }),
  ),
];

describe.each(worded)("worded: $name", ({ problems, phrasebook }) => {
  for (const behavior of eager) registerLaws(test, behaviorLaws(behavior, { graphs: 1, problems, phrasebooks: [phrasebook] }));
});
