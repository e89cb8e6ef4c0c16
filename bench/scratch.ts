/** A folder for the files of a measurement; gone with it, also when that is broken off. */
export class Scratch implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "bench-" });
  readonly #remove = () => Deno.removeSync(this.folder, { recursive: true });

  constructor() {
    globalThis.addEventListener("unload", this.#remove);
  }

  [Symbol.dispose](): void {
    globalThis.removeEventListener("unload", this.#remove);
    this.#remove();
  }
}
