import { z } from "zod";
import { configSchema } from "./config-schema.js";

/**
 * The JSON Schema (draft 2020-12) of a pipeline's config as a JSON file holds it: without the fields that take functions and plugins.
 * Published as `bridge-rl/pipeline.schema.json`.
 */
export function configJsonSchema(): Record<string, unknown> {
  const json = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }) as Record<string, unknown>;
  const { $schema, properties, ...rest } = withoutCode(json) as Record<string, unknown> & { properties: Record<string, unknown> };
  const own = { $schema: { type: "string", description: "where an editor finds this schema" } };
  return {
    $schema,
    title: "Pipeline of bridge-rl",
    description: "An experiment: arms that differ in their demonstrations alone, over seeds. Run it by `bridge run <file>`.",
    ...rest,
    properties: { ...own, ...properties },
  };
}

/** Leaves out what only code can give: zod writes it as `{}`. */
function withoutCode(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutCode);
  if (typeof schema !== "object" || schema === null) return schema;
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === "anyOf" && Array.isArray(value)) {
      const branches = value.filter((branch) => !isCode(branch) && !needsCode(branch)).map(withoutCode);
      if (branches.length === 1) Object.assign(result, branches[0]);
      else result.anyOf = branches;
    } else if (key === "properties" && typeof value === "object" && value !== null) {
      const fields = Object.entries(value).filter(([, field]) => !isCode(field));
      result.properties = Object.fromEntries(fields.map(([name, field]) => [name, withoutCode(field)]));
    } else result[key] = key === "default" || key === "enum" ? value : withoutCode(value);
  }
  return result;
}

/** Whether an object has to have a field that only code can give. */
function needsCode(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null || !("properties" in schema && "required" in schema)) return false;
  const { properties, required } = schema as { properties: Record<string, unknown>; required: readonly string[] };
  return required.some((name) => isCode(properties[name]));
}

function isCode(schema: unknown): boolean {
  return typeof schema === "object" && schema !== null && Object.keys(schema).length === 0;
}
