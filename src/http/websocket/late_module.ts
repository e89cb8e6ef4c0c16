import { canLoadModules } from "../../base/descriptors.ts";
import { HttpError } from "../error.ts";

/** A module that only threads with WebSockets load, with their first client. */
export class LateModule<Module> {
  readonly #load: () => Promise<Module>;
  #isLoaded = false;

  /** @param load Imports it; called whenever it is needed. */
  constructor(load: () => Promise<Module>) {
    this.#load = load;
  }

  /**
   * Checks that it can be loaded, if it is not yet.
   *
   * @throws {HttpError} 503 if the server has too few file descriptors left.
   */
  check(): void {
    if (this.#isLoaded || canLoadModules()) return;
    throw new HttpError(503, "no file descriptor is left to load WebSockets");
  }

  async get(): Promise<Module> {
    const module = await this.#load();
    this.#isLoaded = true;
    return module;
  }
}
