import { z } from "zod";

/** A graph as a person or a model writes it down: formulas are text, and nothing has been checked. */
export interface GraphDraft {
  readonly nodes: readonly {
    /** What formulas call it: letters, digits and `_`. */
    readonly id: string;
    /** What it is, in words. */
    readonly name: string;
    /** Numbers, ids, `+ - * /` and parentheses. */
    readonly formula: string;
    readonly value: number;
    /** Whether the question says it; otherwise it has to be inferred. */
    readonly stated: boolean;
  }[];
  /** The id of the node that the question asks for. */
  readonly target: string;
}

export const graphDraftSchema: z.ZodType<GraphDraft> = z.strictObject({
  nodes: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[A-Za-z_]\w*$/),
        name: z.string().min(1),
        formula: z.string().min(1),
        value: z.number(),
        stated: z.boolean(),
      }),
    )
    .min(1),
  target: z.string(),
});

/** The same as a JSON schema, for structured output: strict, so every field is required and no other allowed. */
export const graphDraftJsonSchema: Readonly<Record<string, unknown>> = {
  type: "object",
  additionalProperties: false,
  required: ["nodes", "target"],
  properties: {
    nodes: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["id", "name", "formula", "value", "stated"],
        properties: {
          id: { type: "string", description: "Short name for formulas: letters, digits and _." },
          name: { type: "string", description: "What the quantity is, in words, different for each." },
          formula: { type: "string", description: "How it is computed: numbers, ids of other nodes, + - * / and parentheses." },
          value: { type: "number" },
          stated: { type: "boolean", description: "Whether the question says it; false where it has to be inferred." },
        },
      },
    },
    target: { type: "string", description: "Id of the node that the question asks for." },
  },
};
