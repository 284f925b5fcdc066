import type { DeviceMemory, DeviceProgram } from "@bridge-rl/spec";
import type { Graph } from "@bridge-rl/tensor";

/** Compiled programs of a device by key, the least recently used dropped first. */
export class DevicePrograms {
  readonly #device: DeviceMemory<Graph>;
  readonly #limit: number;
  readonly #programs = new Map<string, DeviceProgram>();

  constructor(device: DeviceMemory<Graph>, limit: number) {
    this.#device = device;
    this.#limit = limit;
  }

  /** @param resident  which outputs stay on the device */
  async get(key: string, build: () => Graph, resident: (output: string) => boolean): Promise<DeviceProgram> {
    const program = this.#programs.get(key) ?? (await this.#compile(build(), resident));
    this.#programs.delete(key);
    this.#programs.set(key, program);
    for (const [oldest, old] of this.#programs) {
      if (this.#programs.size <= this.#limit) break;
      old.dispose();
      this.#programs.delete(oldest);
    }
    return program;
  }

  dispose(): void {
    for (const program of this.#programs.values()) program.dispose();
    this.#programs.clear();
  }

  #compile(graph: Graph, resident: (output: string) => boolean): Promise<DeviceProgram> {
    return this.#device.compile(graph, { resident: [...graph.outputs.keys()].filter(resident) });
  }
}
