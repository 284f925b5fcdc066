import type { DeviceMemory, DeviceProgram } from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";
import { ProgramStore } from "../program-store.js";

/** Compiled programs of a device. */
export class DevicePrograms {
  readonly #device: DeviceMemory<Graph>;
  readonly #programs: ProgramStore<DeviceProgram>;

  /** @param limit  programs that are kept */
  constructor(device: DeviceMemory<Graph>, limit: number) {
    this.#device = device;
    this.#programs = new ProgramStore(limit);
  }

  /** @param resident  which outputs stay on the device */
  get(key: string, build: () => Graph, resident: (output: string) => boolean): Promise<DeviceProgram> {
    return this.#programs.get(key, () => {
      const graph = build();
      return this.#device.compile(graph, { resident: [...graph.outputs.keys()].filter(resident) });
    });
  }

  dispose(): void {
    this.#programs.dispose();
  }
}
