import type { AnswerShare, BehaviorShare, DatasetStatistics, LengthStatistics } from "./dataset-statistics.js";

/** A titled table of texts: the first column names, the others tell. */
export interface StatisticsTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Says statistics in tables, for terminals and pages. Tables without rows are left out. */
export function statisticsTables(statistics: DatasetStatistics): StatisticsTable[] {
  const { rows, completions, operations, prompt, completion, answers, behaviors, marks, duplicates, shared } = statistics;
  const tables: StatisticsTable[] = [
    {
      title: "Rows",
      head: ["", "count", "share"],
      rows: [
        ["rows", whole(rows), ""],
        ["with a completion", whole(completions), percent(completions / rows)],
        ["with an answer", whole(answers.known), percent(answers.known / rows)],
      ],
    },
    {
      title: "Lengths",
      head: ["", "mean", "median", "95 %", "least", "greatest", "total"],
      rows: [
        ...lengthRow("prompt, characters", prompt.characters),
        ...lengthRow("prompt, tokens", prompt.tokens),
        ...lengthRow("completion, characters", completion.characters),
        ...lengthRow("completion, tokens", completion.tokens),
      ],
    },
    {
      title: "Operations",
      head: ["operations", "rows", "share", "best constant answer", "scores"],
      rows: operations.map(({ operations: number, count, constant }) => [
        String(number),
        whole(count),
        percent(count / rows),
        constant?.answer ?? "",
        constant === undefined ? "" : withInterval(constant),
      ]),
    },
    {
      title: "Answers: what always giving the same one would score",
      head: ["answer", "rows", "share, 95 % interval"],
      rows: [
        ...answers.top.slice(0, 10).map((answer) => [answer.answer, whole(answer.count), withInterval(answer)]),
        ...(answers.zero === undefined || answers.top.slice(0, 10).some(({ answer }) => answer === "0")
          ? []
          : [["0", whole(answers.zero.count), withInterval(answers.zero)]]),
        ...(answers.known > 0 ? [["different answers", whole(answers.distinct), ""]] : []),
      ],
    },
    behaviorTable("Behaviours, by what wrote them", behaviors, statistics),
    behaviorTable("Behaviours, by how the text reads", marks, statistics),
    {
      title: "Duplicates",
      head: ["came before", "rows", "share"],
      rows: [
        ["prompt and completion", whole(duplicates.texts), percent(duplicates.texts / rows)],
        ["prompt", whole(duplicates.prompts), percent(duplicates.prompts / rows)],
        ...(duplicates.structuresKnown === 0
          ? []
          : [["solution template", whole(duplicates.structures), percent(duplicates.structures / duplicates.structuresKnown)]]),
      ],
    },
    {
      title: "Shared with the other dataset",
      head: ["is there too", "rows", "share"],
      rows: shared === undefined ? [] : sharedRows(shared, rows),
    },
  ];
  return tables.filter((table) => table.rows.length > 0);
}

function sharedRows(shared: NonNullable<DatasetStatistics["shared"]>, rows: number): string[][] {
  const { prompts, structures, structuresKnown, structuresOfOther } = shared;
  const told = structuresKnown > 0 && structuresOfOther > 0;
  return [
    ["prompt", whole(prompts), percent(prompts / rows)],
    ["solution template", told ? whole(structures) : "unknown", told ? percent(structures / structuresKnown) : ""],
  ];
}

function behaviorTable(title: string, shares: readonly BehaviorShare[], { completions, completion }: DatasetStatistics): StatisticsTable {
  const characters = completion.characters?.total ?? 0;
  return {
    title,
    head: ["behaviour", "times", "a completion", "completions with it", "of the text"],
    rows: shares.map((share) => [
      share.name,
      whole(share.count),
      (share.count / completions).toFixed(2),
      percent(share.rows / completions),
      percent(share.characters / characters),
    ]),
  };
}

function lengthRow(name: string, lengths: LengthStatistics | undefined): string[][] {
  if (lengths === undefined) return [];
  const { mean, median, p95, minimum, maximum, total } = lengths;
  return [[name, mean.toFixed(1), whole(median), whole(p95), whole(minimum), whole(maximum), whole(total)]];
}

function withInterval({ share, interval: [low, high] }: AnswerShare): string {
  return `${percent(share)} (${(100 * low).toFixed(1)}–${percent(high)})`;
}

function whole(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "";
}
