import { basename, resolve } from "node:path";
import { collectStatistics, RowIndex, statisticsPage, statisticsTables } from "@bridge-rl/datasets";
import { phrasebookOfFlags, readAnyRows } from "../data/read-any.js";
import { writeAside } from "../internal/write-aside.js";
import { tokenCounter } from "../resolve/token-counter.js";
import { table } from "../terminal/table.js";

/** What the flags of `bridge stats` come to. */
export interface StatsFlags {
  readonly input: string;
  readonly against?: string | undefined;
  readonly page?: string | undefined;
  readonly tokenizer?: string | undefined;
  readonly task: string;
  readonly phrasebook?: string | undefined;
  readonly json?: true | undefined;
}

/** Reads everything once and prints tables. */
export async function statsCommand({ input, against, page, tokenizer, task, phrasebook: name, json }: StatsFlags): Promise<void> {
  const phrasebook = await phrasebookOfFlags({ task, phrasebook: name });
  const collector = collectStatistics({
    ...(tokenizer === undefined ? {} : { countTokens: await tokenCounter(tokenizer, process.cwd()) }),
    ...(against === undefined ? {} : { against: await indexOf(against) }),
    ...(phrasebook === undefined ? {} : { detectBehaviors: (completion: string) => phrasebook.detectBehaviors(completion) }),
  });
  for await (const row of readAnyRows(input, phrasebook)) collector.add(row);
  const statistics = collector.result();
  if (page !== undefined) {
    await writeAside(resolve(page), statisticsPage(statistics, { title: input === "-" ? "Dataset" : basename(input) }));
  }
  const text = json
    ? JSON.stringify(statistics, undefined, 2)
    : statisticsTables(statistics)
        .map(({ title, head, rows }) => `${title}\n\n${table(head, rows)}\n`)
        .join("\n");
  process.stdout.write(`${text.trimEnd()}\n`);
  if (page !== undefined && !json) process.stdout.write(`\npage: ${page}\n`);
}

async function indexOf(data: string): Promise<RowIndex> {
  const index = new RowIndex();
  for await (const row of readAnyRows(data)) index.add(row);
  return index;
}
