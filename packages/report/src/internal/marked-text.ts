import type { BehaviorMark } from "@bridge-rl/spec";
import { type Html, html } from "./html.js";

/** Writes a rollout with its behaviours marked: by colour, by the style of the underline, and in words for screen readers. */
export function markedText(text: string, marks: readonly BehaviorMark[]): Html {
  const inside = marks.filter(({ start, end }) => start < end && start < text.length);
  const borders = [...new Set([0, text.length, ...inside.flatMap(({ start, end }) => [start, Math.min(end, text.length)])])].sort(
    (left, right) => left - right,
  );
  return html`${borders.slice(0, -1).map((from, position) => {
    const to = borders[position + 1] ?? text.length;
    const kinds = [...new Set(inside.filter(({ start, end }) => start <= from && end >= to).map(({ kind }) => kind))].sort();
    const piece = text.slice(from, to);
    if (kinds.length === 0) return html`${piece}`;
    return html`<mark class="${kinds.join(" ")}"><span class="unseen">[${kinds.join(" and ")}: </span>${piece}<span class="unseen">]</span></mark>`;
  })}`;
}
