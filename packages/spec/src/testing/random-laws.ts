import type { Random } from "../random.js";
import { brokenLaw, type Law } from "./law.js";

/**
 * What every implementation of `Random` promises. Statistical laws allow five standard errors, at fixed seeds.
 *
 * @param create  makes the stream of a seed
 */
export function randomLaws(create: (seed: number) => Random): Law[] {
  const draws = 100_000;
  return [
    {
      name: "is uniform in [0, 1): moments and 100 equal cells (chi-square)",
      check: () => {
        const random = create(1);
        checkUniform("next()", () => random.next(), draws);
      },
    },
    {
      name: "gives neighbouring seeds and forks that do not resemble each other",
      check: () => {
        checkUniform("the first draw of seeds 0, 1, 2 …", (seed) => create(seed).next(), draws / 5);
        const parent = create(7);
        checkUniform("the first draw of forks 0, 1, 2 …", (index) => parent.fork("laws", index).next(), draws / 5);
        checkUncorrelated("seeds 11 and 12", create(11), create(12), draws);
        checkUncorrelated("a stream and its fork", create(11), create(11).fork("laws"), draws);
        checkUncorrelated("forks 0 and 1", create(11).fork("laws", 0), create(11).fork("laws", 1), draws);
      },
    },
    {
      name: "forks without reading or changing the parent",
      check: () => {
        const [left, right] = [create(3), create(3)];
        const early = left.fork("laws").next();
        for (let draw = 0; draw < 5; draw++) {
          left.fork("other", draw).next();
          if (left.next() !== right.next()) throw brokenLaw("fork", "the parent's draws changed");
        }
        if (left.fork("laws").next() !== early) throw brokenLaw("fork", "depends on how far the parent was drawn");
      },
    },
    {
      name: "draws once for chance whatever the probability, and never beyond the bounds of integer",
      check: () => {
        const [left, right] = [create(5), create(5)];
        left.chance(0);
        right.chance(1);
        if (left.next() !== right.next()) throw brokenLaw("chance", "draws more or less often for another probability");
        const seen = new Set(Array.from({ length: 1000 }, () => left.integer(-2, 2)));
        if ([...seen].sort((a, b) => a - b).join() !== "-2,-1,0,1,2") throw brokenLaw("integer(-2, 2)", `gave ${[...seen].join()}`);
      },
    },
    {
      name: "shuffles uniformly: each of the 24 orders of four items equally often (chi-square)",
      check: () => {
        const random = create(9);
        const counts = new Map<string, number>();
        const items = ["a", "b", "c", "d"];
        for (let draw = 0; draw < 24_000; draw++) {
          const key = random.shuffle(items).join("");
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
        if (items.join("") !== "abcd") throw brokenLaw("shuffle", "changed its argument");
        if (counts.size !== 24) throw brokenLaw("shuffle", `gave ${counts.size} orders, not 24`);
        checkChiSquare("shuffle", [...counts.values()]);
      },
    },
  ];
}

function checkUniform(what: string, draw: (index: number) => number, draws: number): void {
  const cells = new Array<number>(100).fill(0);
  let sum = 0;
  let squares = 0;
  for (let index = 0; index < draws; index++) {
    const value = draw(index);
    if (!(value >= 0 && value < 1)) throw brokenLaw(what, `${value} is outside [0, 1)`);
    cells[Math.floor(value * 100)] = (cells[Math.floor(value * 100)] as number) + 1;
    sum += value;
    squares += value * value;
  }
  // Variances of U and U²: 1/12 and 4/45.
  if (Math.abs(sum / draws - 1 / 2) > 5 * Math.sqrt(1 / 12 / draws)) throw brokenLaw(what, `the mean is ${sum / draws}`);
  if (Math.abs(squares / draws - 1 / 3) > 5 * Math.sqrt(4 / 45 / draws)) throw brokenLaw(what, `the mean square is ${squares / draws}`);
  checkChiSquare(what, cells);
}

function checkChiSquare(what: string, counts: readonly number[]): void {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  // Wilson–Hilferty: the cube root of χ²/ν is nearly normal.
  const deviation = (Math.cbrt(statistic / freedom) - (1 - 2 / (9 * freedom))) / Math.sqrt(2 / (9 * freedom));
  if (Math.abs(deviation) > 5) throw brokenLaw(what, `chi-square is ${statistic} for ${freedom} degrees of freedom`);
}

function checkUncorrelated(what: string, left: Random, right: Random, draws: number): void {
  let sum = 0;
  for (let draw = 0; draw < draws; draw++) sum += (left.next() - 0.5) * (right.next() - 0.5);
  const correlation = (sum / draws) * 12;
  if (Math.abs(correlation) > 5 / Math.sqrt(draws)) throw brokenLaw(what, `are correlated: ${correlation}`);
}
