/** What the service needs behind it, as the status shows it. */
import { Dependencies } from "../../ops/dependencies/dependencies.ts";
import type { ServerFacts } from "../../ops/status/server_facts.ts";
import type { Settings } from "../../settings/options.ts";
import type { Served, Witness } from "./witness.ts";

/** Probes what the service needs behind it for as long as it serves. */
export class KnownDependencies implements Witness {
  #dependencies: Dependencies | null = null;

  async follow({ settings, log }: Served): Promise<void> {
    this.#dependencies = new Dependencies(log.logger);
    await this.#dependencies.update(settings.dependency);
  }

  facts(): Partial<ServerFacts> {
    return { dependencies: this.#dependencies?.status() ?? [] };
  }

  reloaded({ dependency }: Settings): void {
    void this.#dependencies?.update(dependency);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#dependencies?.[Symbol.dispose]();
    return Promise.resolve();
  }
}
