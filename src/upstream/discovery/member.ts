/** The members of a group as people write them: addresses, names and services. */
import { familyOf, parseAddress } from "../../base/address.ts";
import type { Backend } from "../backend.ts";
import { parseSrv } from "./srv.ts";

/** How a backend is to be used. */
export type Use = Omit<Backend, "address">;

/** What finds the backends of a member. */
export type Target =
  | { readonly type: "address"; readonly address: Backend["address"] }
  | { readonly type: "name"; readonly name: string; readonly port: number }
  | { readonly type: "srv"; readonly name: string };

/** A member of a group, which may be several backends. */
export interface Member {
  readonly target: Target;
  /** For each of its backends; those of a service have the weights and ranks of its records. */
  readonly use: Use;
}

/** What {@linkcode parseTarget} reads, for messages. */
export const TARGETS = "HOST:PORT, unix:/PATH or srv+tcp://NAME";

/**
 * Reads `10.0.0.1:8000`, `app.test:8000`, `unix:/run/app.sock` or
 * `srv+tcp://_http._tcp.app.test`.
 *
 * @returns null if the text is nothing of this.
 */
export function parseTarget(text: string): Target | null {
  const service = parseSrv(text);
  if (service !== null) return { type: "srv", name: service };
  const address = parseAddress(text);
  if (address === null) return null;
  if (address.transport === "unix") return { type: "address", address };
  const { hostname, port } = address;
  if (port === 0) return null;
  return familyOf(hostname) === null
    ? { type: "name", name: hostname, port }
    : { type: "address", address };
}

/** A text for each target that no other has. */
export function keyOf(target: Target): string {
  return JSON.stringify(target);
}
