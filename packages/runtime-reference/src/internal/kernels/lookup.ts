import { BridgeError } from "@bridge-rl/spec";
import { axisOf, inputAt, integerAttribute, type Kernel, type KernelCall } from "../kernel.js";
import { allocate, around, type Elements, elementCount, type Value } from "../value.js";

/** An index within an axis; negative ones count from its end. */
function within(operator: string, index: number | bigint, size: number): number {
  const given = Number(index);
  if (given < -size || given >= size) {
    throw new BridgeError("invalid-input", `${operator}: index ${given} is not within an axis of size ${size}`);
  }
  return given < 0 ? given + size : given;
}

function gather(call: KernelCall): readonly Elements[] {
  const [table, indices] = [inputAt(call, 0), inputAt(call, 1)];
  const { outer, size, inner } = around(table.shape, axisOf(integerAttribute(call, "axis", 0), table.shape.length));
  const result = allocate(table.dataType, elementCount(call.shape));
  let to = 0;
  for (let row = 0; row < outer; row++) {
    for (let position = 0; position < indices.data.length; position++) {
      const from = (row * size + within(call.operator, indices.data[position] as number, size)) * inner;
      for (let offset = 0; offset < inner; offset++) result[to++] = table.data[from + offset] as number | bigint;
    }
  }
  return [result];
}

/** For every index of a lookup along an axis: its position, and the element of the table that it names. */
function along(call: KernelCall, table: Value, indices: Value, visit: (position: number, element: number) => void): void {
  const axis = axisOf(integerAttribute(call, "axis", 0), table.shape.length);
  const from = around(table.shape, axis);
  const { outer, size, inner } = around(indices.shape, axis);
  let position = 0;
  for (let row = 0; row < outer; row++) {
    for (let step = 0; step < size; step++) {
      for (let column = 0; column < inner; column++) {
        const index = within(call.operator, indices.data[position] as number, from.size);
        visit(position++, (row * from.size + index) * from.inner + column);
      }
    }
  }
}

function gatherElements(call: KernelCall): readonly Elements[] {
  const [table, indices] = [inputAt(call, 0), inputAt(call, 1)];
  const result = allocate(table.dataType, indices.data.length);
  along(call, table, indices, (position, element) => {
    result[position] = table.data[element] as number | bigint;
  });
  return [result];
}

function scatterElements(call: KernelCall): readonly Elements[] {
  const [table, indices, updates] = [inputAt(call, 0), inputAt(call, 1), inputAt(call, 2)];
  const adds = call.attributes.reduction === "add";
  const result = allocate(table.dataType, table.data.length);
  for (let index = 0; index < result.length; index++) result[index] = table.data[index] as number | bigint;
  along(call, table, indices, (position, element) => {
    const update = updates.data[position] as number;
    result[element] = adds ? (result[element] as number) + update : update;
  });
  return [result];
}

function oneHot(call: KernelCall): readonly Elements[] {
  const [indices, depth, values] = [inputAt(call, 0), inputAt(call, 1), inputAt(call, 2)];
  const size = Number(depth.data[0]);
  const result = allocate(call.dataType, indices.data.length * size);
  for (let index = 0; index < result.length; index++) result[index] = values.data[0] as number;
  for (let row = 0; row < indices.data.length; row++) {
    const column = Number(indices.data[row]);
    // ONNX leaves a row of zeros for an index outside of the depth
    if (column >= -size && column < size) result[row * size + (column < 0 ? column + size : column)] = values.data[1] as number;
  }
  return [result];
}

export const lookupKernels: Readonly<Record<string, Kernel>> = {
  Gather: gather,
  GatherElements: gatherElements,
  ScatterElements: scatterElements,
  OneHot: oneHot,
};
