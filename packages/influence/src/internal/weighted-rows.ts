import type { RolloutGroup } from "../rollout-group.js";
import { at } from "./at.js";
import { type GroupRow, groupRows, type RowOptions } from "./group-rows.js";

/**
 * The rollouts that carry weight in (1/Q) Σ_q (1/N) Σ_i A_i ∇ log π(o_i|q), with that weight: the gradient of J on evaluation queries, or
 * of one step on training queries.
 *
 * @throws BridgeError as `groupRows`
 */
export function weightedRows(groups: readonly RolloutGroup[], options: RowOptions): { readonly row: GroupRow; readonly weight: number }[] {
  return groupRows(groups, options)
    .filter(({ advantage }) => advantage !== 0)
    .map((row) => ({ row, weight: (row.advantage * row.lengthWeight) / (at(groups, row.group).rollouts.length * groups.length) }));
}
