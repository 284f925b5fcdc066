import { BridgeError } from "./bridge-error.js";
import { arrayTypes, type ElementType } from "./element-type.js";
import type { TensorData } from "./runtime.js";

/** What a program says of one of its inputs. */
export interface TensorDeclaration {
  readonly shape: readonly number[];
  readonly dataType: ElementType;
}

/**
 * Holds the inputs of a run to what its program declares: the same names, types, shapes and numbers of elements.
 *
 * @throws BridgeError `invalid-input` for a name too many or too few or another type, `shape-mismatch`
 */
export function checkInputs(
  declared: ReadonlyMap<string, TensorDeclaration>,
  inputs: Readonly<Record<string, { readonly shape: readonly number[]; readonly data?: TensorData; readonly dataType?: string }>>,
): void {
  for (const [name, declaration] of declared) {
    const value = inputs[name];
    if (value === undefined) throw new BridgeError("invalid-input", `input "${name}" is missing; the program needs it`);
    checkInput(name, declaration, value);
  }
  for (const name of Object.keys(inputs)) {
    if (!declared.has(name)) {
      throw new BridgeError("invalid-input", `the program has no input "${name}"; it has ${[...declared.keys()].join(", ")}`);
    }
  }
}

function checkInput(
  name: string,
  { shape, dataType }: TensorDeclaration,
  value: { readonly shape: readonly number[]; readonly data?: TensorData; readonly dataType?: string },
): void {
  const { data } = value;
  if (data === undefined ? value.dataType !== dataType : !(data instanceof arrayTypes[dataType])) {
    const given = data === undefined ? value.dataType : data.constructor.name;
    throw new BridgeError("invalid-input", `input "${name}" is a ${given}; the program wants ${dataType}`);
  }
  if (value.shape.length !== shape.length || !value.shape.every((size, axis) => size === shape[axis])) {
    throw new BridgeError("shape-mismatch", `input "${name}" is [${value.shape.join(", ")}]; the program wants [${shape.join(", ")}]`);
  }
  const count = shape.reduce((product, size) => product * size, 1);
  if (data !== undefined && data.length !== count) {
    throw new BridgeError("shape-mismatch", `input "${name}" holds ${data.length} elements; [${shape.join(", ")}] has ${count}`);
  }
}
