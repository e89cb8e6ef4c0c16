/** All who are told how a server is. */
import type { OwnParent } from "../../ops/respawn/own_parent.ts";
import type { ServerFacts } from "../../ops/status/server_facts.ts";
import type { Settings } from "../../settings/options.ts";
import { CrashRecords } from "./crash_records.ts";
import { KnownDependencies } from "./known_dependencies.ts";
import { Operators } from "./operators.ts";
import { RespawnParent } from "./respawn_parent.ts";
import { ServiceManager } from "./service_manager.ts";
import { StatusFile } from "./status_file.ts";
import type { Beginning, Served, Witness } from "./witness.ts";

/**
 * The witnesses of a server, in the order in which they are told.
 *
 * @param parent That of `--respawn`; null if this process has none.
 */
function witnessesOf(settings: Settings, parent: OwnParent | null): Witness[] {
  return [
    new KnownDependencies(),
    new CrashRecords(parent),
    new StatusFile(),
    new Operators(settings),
    new RespawnParent(parent),
    new ServiceManager(settings),
  ];
}

/** Tells all witnesses of a server, one after another. */
export class Witnesses implements Required<Witness> {
  readonly #all: readonly Witness[];

  constructor(settings: Settings, parent: OwnParent | null) {
    this.#all = witnessesOf(settings, parent);
  }

  async starting(beginning: Beginning): Promise<void> {
    for (const one of this.#all) await one.starting?.(beginning);
  }

  async follow(served: Served): Promise<void> {
    for (const one of this.#all) await one.follow?.(served);
  }

  facts(): Partial<ServerFacts> {
    return Object.assign({}, ...this.#all.map((one) => one.facts?.()));
  }

  serving(): void {
    for (const one of this.#all) one.serving?.();
  }

  reloading(): void {
    for (const one of this.#all) one.reloading?.();
  }

  reloaded(settings: Settings): void {
    for (const one of this.#all) one.reloaded?.(settings);
  }

  settled(failure: string | null): void {
    for (const one of this.#all) one.settled?.(failure);
  }

  stopping(isTold: boolean): void {
    for (const one of this.#all) one.stopping?.(isTold);
  }

  failed(error: Error, exitCode: number): void {
    for (const one of this.#all) one.failed?.(error, exitCode);
  }

  async stopped(): Promise<void> {
    for (const one of this.#all) await one.stopped?.();
  }

  async thrown(error: unknown): Promise<void> {
    for (const one of this.#all) await one.thrown?.(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#all) await one[Symbol.asyncDispose]?.();
  }
}
