import type { SchemaElement } from "hyparquet";
import type { Column, ColumnType } from "../column.js";

/** The flat tree of a Parquet schema: lists in three levels, everything optional, as Arrow writes it. */
export function parquetSchema(columns: readonly Column[]): SchemaElement[] {
  return [{ name: "schema", num_children: columns.length }, ...columns.flatMap(({ name, type }) => elements(name, type))];
}

function elements(name: string, type: ColumnType): SchemaElement[] {
  const repetition_type = "OPTIONAL";
  if (type === "string") {
    return [{ name, type: "BYTE_ARRAY", repetition_type, converted_type: "UTF8", logical_type: { type: "STRING" } }];
  }
  if (type === "int64") return [{ name, type: "INT64", repetition_type }];
  if ("list" in type) {
    return [
      { name, repetition_type, converted_type: "LIST", logical_type: { type: "LIST" }, num_children: 1 },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      ...elements("element", type.list),
    ];
  }
  return [{ name, repetition_type, num_children: type.struct.length }, ...type.struct.flatMap((field) => elements(field.name, field.type))];
}

/** The features of `datasets`, which the key `huggingface` of a file's footer carries. */
export function huggingFaceFeatures(columns: readonly Column[]): Record<string, unknown> {
  return Object.fromEntries(columns.map(({ name, type }) => [name, feature(type)]));
}

function feature(type: ColumnType): unknown {
  if (typeof type === "string") return { dtype: type, _type: "Value" };
  // As a list of one, which releases of `datasets` before and after 4 both read.
  if ("list" in type) return [feature(type.list)];
  return huggingFaceFeatures(type.struct);
}
