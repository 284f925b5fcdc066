/** Compiled programs by key, the least recently used disposed first. */
export class ProgramStore<Program extends { dispose(): void }> {
  readonly #limit: number;
  readonly #programs = new Map<string, Program>();

  /** @param limit  programs that are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The program of a key, made once for as long as it is among the latest. */
  async get(key: string, compile: () => Promise<Program>): Promise<Program> {
    const program = this.#programs.get(key) ?? (await compile());
    this.#programs.delete(key);
    this.#programs.set(key, program);
    for (const oldest of this.#programs.keys()) {
      if (this.#programs.size <= this.#limit) break;
      this.#drop(oldest);
    }
    return program;
  }

  /** @param prefix  what the keys begin with. @defaultValue all keys */
  dispose(prefix = ""): void {
    for (const key of this.#programs.keys()) if (key.startsWith(prefix)) this.#drop(key);
  }

  #drop(key: string): void {
    this.#programs.get(key)?.dispose();
    this.#programs.delete(key);
  }
}
