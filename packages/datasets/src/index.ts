export type { Column, ColumnType, FileRow } from "./column.js";
export { type CardSplit, type DatasetCardOptions, datasetCard } from "./dataset-card.js";
export { columnsOf, type DatasetFormat, datasetFormats, type EncodeOptions, encodeRow, formatOf } from "./dataset-format.js";
export { type DatasetKind, type DatasetRow, demonstrationRow, problemRow, type RowOptions } from "./dataset-row.js";
export {
  type AnswerShare,
  type BehaviorShare,
  collectStatistics,
  type DatasetStatistics,
  type LengthStatistics,
  type StatisticsCollector,
  type StatisticsOptions,
} from "./dataset-statistics.js";
export { decodeRow } from "./decode-row.js";
export { readJsonLines, writeJsonLines } from "./jsonl-file.js";
export { readParquet, writeParquet } from "./parquet-file.js";
export { type ReadDatasetOptions, readDataset, readRows } from "./read-dataset.js";
export { RowIndex, type RowMatch } from "./row-index.js";
export { rowsOfLine } from "./rows-of-line.js";
export { type StatisticsPageOptions, statisticsPage } from "./statistics-page.js";
export { type StatisticsTable, statisticsTables } from "./statistics-tables.js";
export { type WriteDatasetOptions, type WrittenDataset, writeDataset } from "./write-dataset.js";
