import type { NodeRole } from "../node-role.js";

/** How pictures show the roles: the paper's Figure 2 (target red, given light blue, intermediate dark blue); distractors grey and dashed. */
export const roleStyle: Readonly<Record<NodeRole, { fill: string; stroke: string; text: string; dashed: boolean }>> = {
  given: { fill: "#cfe3f7", stroke: "#4a7fb5", text: "#10263b", dashed: false },
  intermediate: { fill: "#2f6299", stroke: "#1c3f66", text: "#ffffff", dashed: false },
  target: { fill: "#b3261e", stroke: "#7a1712", text: "#ffffff", dashed: false },
  distractor: { fill: "#f2f2f2", stroke: "#8a8a8a", text: "#4a4a4a", dashed: true },
};
