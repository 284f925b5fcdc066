import type { Column, ColumnType } from "./column.js";
import type { DatasetFormat } from "./dataset-format.js";
import type { DatasetKind } from "./dataset-row.js";

/** A part of a dataset in a file of its own. */
export interface CardSplit {
  readonly name: string;
  readonly rows: number;
  /** From the dataset's folder. */
  readonly file: string;
}

export interface DatasetCardOptions {
  readonly format: DatasetFormat;
  readonly kind: DatasetKind;
  readonly columns: readonly Column[];
  readonly splits: readonly CardSplit[];
  /** @defaultValue "bridge-rl dataset" */
  readonly title?: string;
  /** Markdown below the title. @defaultValue none */
  readonly description?: string;
  /** The licence's identifier. @defaultValue none */
  readonly license?: string;
}

const trainers: Readonly<Record<DatasetFormat, string>> = {
  trl: "TRL, texts",
  "trl-conversational": "TRL, conversations",
  verl: "verl",
  openrlhf: "OpenRLHF",
};

/** Writes the `README.md` of a dataset: what hubs read in its YAML header, what people read below. */
export function datasetCard(options: DatasetCardOptions): string {
  const { format, kind, columns, splits, title = "bridge-rl dataset", description, license } = options;
  const total = splits.reduce((sum, { rows }) => sum + rows, 0);
  const header = [
    "---",
    `pretty_name: ${quote(title)}`,
    ...(license === undefined ? [] : [`license: ${license}`]),
    "language:",
    "- en",
    "task_categories:",
    "- text-generation",
    "tags:",
    "- bridge-rl",
    "- synthetic",
    "- reasoning",
    "size_categories:",
    `- ${sizeCategory(total)}`,
    "configs:",
    "- config_name: default",
    "  data_files:",
    ...splits.flatMap(({ name, file }) => [`  - split: ${name}`, `    path: ${file.replaceAll("\\", "/")}`]),
    "dataset_info:",
    "  features:",
    ...columns.flatMap((column) => featureLines(column, "  ")),
    "  splits:",
    ...splits.flatMap(({ name, rows }) => [`  - name: ${name}`, `    num_examples: ${rows}`]),
    "---",
  ];
  const body = [
    "",
    `# ${title}`,
    "",
    ...(description === undefined ? [] : [description, ""]),
    kind === "sft" ? "Demonstrations for supervised fine-tuning." : "Prompts with their right answers, for reinforcement learning.",
    "",
    `Schema: ${trainers[format]}. Made with [bridge-rl](https://www.npmjs.com/package/bridge-rl), after BRIDGE (arXiv 2505.18917).`,
    "",
    "| split | rows |",
    "|---|---|",
    ...splits.map(({ name, rows }) => `| ${name} | ${rows} |`),
    "",
    "| column | type |",
    "|---|---|",
    ...columns.map(({ name, type }) => `| \`${name}\` | ${typeName(type)} |`),
    "",
  ];
  return [...header, ...body].join("\n");
}

/** The parts that a card of this package lists, with their schema as its YAML has it. Undefined for any other text. */
export function readDatasetCard(text: string): { readonly features: string; readonly splits: CardSplit[] } | undefined {
  const header = /^---\n([\s\S]*?)\n---\n/.exec(text)?.[1];
  const features = header === undefined ? undefined : /^ {2}features:\n([\s\S]*?)^ {2}splits:$/m.exec(header)?.[1];
  if (header === undefined || features === undefined || !header.includes("\n- bridge-rl\n")) return undefined;
  const rows = new Map(
    [...header.matchAll(/^ {2}- name: (.+)\n {4}num_examples: (\d+)$/gm)].map(([, name = "", count]) => [name, Number(count)]),
  );
  const splits = [...header.matchAll(/^ {2}- split: (.+)\n {4}path: (.+)$/gm)].flatMap(([, name = "", file = ""]) => {
    const count = rows.get(name);
    return count === undefined ? [] : [{ name, rows: count, file }];
  });
  return { features, splits };
}

/** A feature in the YAML that `datasets` reads. */
function featureLines({ name, type }: Column, indent: string): string[] {
  const first = `${indent}- name: ${name}`;
  if (typeof type === "string") return [first, `${indent}  dtype: ${type}`];
  if ("struct" in type) return [first, `${indent}  struct:`, ...type.struct.flatMap((field) => featureLines(field, `${indent}  `))];
  const { list } = type;
  if (typeof list === "object" && "struct" in list) {
    return [first, `${indent}  list:`, ...list.struct.flatMap((field) => featureLines(field, `${indent}  `))];
  }
  return [first, `${indent}  list: ${typeName(list)}`];
}

function typeName(type: ColumnType): string {
  if (typeof type === "string") return type;
  if ("list" in type) return `list of ${typeName(type.list)}`;
  return `{ ${type.struct.map((field) => `${field.name}: ${typeName(field.type)}`).join(", ")} }`;
}

function sizeCategory(rows: number): string {
  const steps: readonly (readonly [number, string])[] = [
    [1e3, "n<1K"],
    [1e4, "1K<n<10K"],
    [1e5, "10K<n<100K"],
    [1e6, "100K<n<1M"],
    [1e7, "1M<n<10M"],
  ];
  return steps.find(([most]) => rows < most)?.[1] ?? "10M<n<100M";
}

/** A YAML string: JSON's are. */
function quote(text: string): string {
  return JSON.stringify(text);
}
