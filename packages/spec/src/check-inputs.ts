import { BridgeError } from "./bridge-error.js";
import { arrayTypes, type ElementType } from "./element-type.js";
import type { TensorData, VariableAxes } from "./runtime.js";

/** What a program says of one of its inputs. */
export interface TensorDeclaration {
  readonly shape: readonly number[];
  readonly dataType: ElementType;
}

/**
 * Holds the inputs of a run to what its program declares: the same names, types, shapes and numbers of elements.
 *
 * @param variableAxes  axes along which an input may have fewer elements. @defaultValue none
 * @throws BridgeError `invalid-input` for a name too many or too few or another type, `shape-mismatch`
 */
export function checkInputs(
  declared: ReadonlyMap<string, TensorDeclaration>,
  inputs: Readonly<Record<string, { readonly shape: readonly number[]; readonly data?: TensorData; readonly dataType?: string }>>,
  variableAxes: VariableAxes = {},
): void {
  const sizes = new Map<string, { readonly input: string; readonly size: number }>();
  for (const [name, declaration] of declared) {
    const value = inputs[name];
    if (value === undefined) throw new BridgeError("invalid-input", `input "${name}" is missing; the program needs it`);
    const axes = variableAxes[name];
    checkInput(name, declaration, value, axes);
    for (const [axis, called] of Object.entries(axes ?? {})) {
      const size = value.shape[Number(axis)] as number;
      const known = sizes.get(called);
      if (known === undefined) sizes.set(called, { input: name, size });
      else if (known.size !== size) {
        const both = `input "${known.input}" has ${known.size} ${called}, input "${name}" has ${size}`;
        throw new BridgeError("shape-mismatch", `${both}; give both the same`);
      }
    }
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
  variableAxes: Readonly<Record<number, string>> = {},
): void {
  const { data } = value;
  if (data === undefined ? value.dataType !== dataType : !(data instanceof arrayTypes[dataType])) {
    const given = data === undefined ? value.dataType : data.constructor.name;
    throw new BridgeError("invalid-input", `input "${name}" is a ${given}; the program wants ${dataType}`);
  }
  const fits = (size: number, axis: number): boolean =>
    size === shape[axis] || (axis in variableAxes && Number.isInteger(size) && size > 0 && size < (shape[axis] as number));
  if (value.shape.length !== shape.length || !value.shape.every(fits)) {
    const wanted = shape.map((size, axis) => (axis in variableAxes ? `1 to ${size}` : size));
    throw new BridgeError("shape-mismatch", `input "${name}" is [${value.shape.join(", ")}]; the program wants [${wanted.join(", ")}]`);
  }
  const count = value.shape.reduce((product, size) => product * size, 1);
  if (data !== undefined && data.length !== count) {
    throw new BridgeError("shape-mismatch", `input "${name}" holds ${data.length} elements; [${value.shape.join(", ")}] has ${count}`);
  }
}
