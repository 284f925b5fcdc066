/** A type of values, in the words of Arrow. Every value may be null. */
export type ColumnType = "string" | "int64" | { readonly list: ColumnType } | { readonly struct: readonly Column[] };

/** A named and typed column. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** A list of chat messages. */
export const messagesType: ColumnType = {
  list: {
    struct: [
      { name: "role", type: "string" },
      { name: "content", type: "string" },
    ],
  },
};

/** A row of a file: plain JSON that fits the columns. */
export type FileRow = Readonly<Record<string, unknown>>;
