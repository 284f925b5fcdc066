/** Markup that is ready to be written, as opposed to text that still has to be escaped. */
export interface Html {
  readonly markup: string;
}

/** What a template accepts: text and numbers are escaped, markup is kept, lists are joined, `undefined` leaves nothing. */
export type HtmlPart = Html | string | number | undefined | readonly HtmlPart[];

/** Writes markup; everything that is put into it is escaped unless it is markup itself. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlPart[]): Html {
  return { markup: parts.map((part, index) => (index === 0 ? part : markupOf(values[index - 1]) + part)).join("") };
}

/** Text made safe for element content and for quoted attributes. */
function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function markupOf(part: HtmlPart): string {
  if (part === undefined) return "";
  if (typeof part === "string" || typeof part === "number") return escapeText(String(part));
  if ("markup" in part) return part.markup;
  return part.map(markupOf).join("");
}
