import type { Problem, ProblemSource } from "../problem.js";
import { brokenLaw, type Law } from "./law.js";
import { phrasebookLaws } from "./phrasebook-laws.js";

export interface ProblemSourceLawOptions {
  /** How many problems each law looks at. @defaultValue 50 */
  readonly count?: number;
}

/**
 * What every `ProblemSource` promises, its phrasebook included.
 *
 * @param create  makes the source for a seed, with fixed options
 */
export function problemSourceLaws(create: (seed: number) => ProblemSource, options: ProblemSourceLawOptions = {}): Law[] {
  const { count = 50 } = options;
  const take = (source: ProblemSource, start = 0): Problem[] => [...source.problems({ start, count })];
  const text = (problem: Problem): string => JSON.stringify(problem);
  return [
    {
      name: "gives random access: a problem never depends on what was asked before",
      check: () => {
        const inOrder = take(create(1));
        const other = create(1);
        for (let index = count - 1; index >= 0; index--) {
          if (text(other.problem(index)) !== text(inOrder[index] as Problem)) {
            throw brokenLaw(`problem(${index})`, "differs from the one that problems() gives");
          }
        }
        const later = [...create(1).problems({ start: 3, count: 2 })].map(text);
        if (later.join() !== inOrder.slice(3, 5).map(text).join()) throw brokenLaw("problems({ start: 3 })", "does not begin at index 3");
      },
    },
    {
      name: "shares no problem between neighbouring seeds",
      check: () => {
        const prompts = new Set(take(create(1)).map((problem) => problem.prompt));
        const shared = take(create(2)).filter((problem) => prompts.has(problem.prompt)).length;
        // A tiny task repeats itself by chance; a source whose streams overlap repeats nearly everything.
        if (shared * 2 > count) throw brokenLaw("seeds 1 and 2", `${shared} of ${count} problems are the same`);
      },
    },
    {
      name: "gives every problem an id of its own, its origin, and plain JSON",
      check: () => {
        const ids = new Set<string>();
        for (const seed of [1, 2]) {
          const source = create(seed);
          for (const [index, problem] of take(source).entries()) {
            const where = `seed ${seed}, problem ${index}`;
            if (ids.has(problem.id)) throw brokenLaw(where, `the id ${problem.id} came before`);
            ids.add(problem.id);
            const { name, version, seed: origin, index: position } = problem.source;
            if (name !== source.name || version !== source.version || origin !== seed || position !== index) {
              throw brokenLaw(where, `says that it comes from ${JSON.stringify(problem.source)}`);
            }
            if (text(JSON.parse(text(problem))) !== text(problem)) throw brokenLaw(where, "is not plain JSON");
          }
        }
      },
    },
    {
      name: "answers with the value of the target, which the graph makes necessary",
      check: () => {
        for (const problem of take(create(1))) {
          const target = problem.graph.nodes[problem.graph.target];
          if (target?.value !== problem.answer || !target.necessary)
            throw brokenLaw(problem.id, "the answer is not the value of a necessary target");
          if (!/^[0-9a-f]{64}$/.test(problem.structureHash)) throw brokenLaw(problem.id, `"${problem.structureHash}" is no SHA-256 in hex`);
        }
      },
    },
    ...phrasebookLaws(create(1).phrasebook, { problems: take(create(1)) }),
  ];
}
