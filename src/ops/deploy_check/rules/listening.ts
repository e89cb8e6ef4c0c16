/** Where a server listens, and which port a name means. */
import type { Address } from "../../../base/address.ts";
import { serviceChoice } from "../../../server/prepare.ts";
import { describeService } from "../../../services/registry.ts";
import { resolveAddresses } from "../../../settings/load.ts";
import type { Settings } from "../../../settings/options.ts";
import type { Pod } from "../pod.ts";
import type { Tree } from "../tree.ts";

/** An address of TCP. */
export type TcpAddress = Extract<Address, { transport: "tcp" }>;

/** Where a server listens, its admin port last. */
export function listening(settings: Settings): readonly TcpAddress[] {
  const own = resolveAddresses(settings, describeService(serviceChoice(settings)).port);
  const all = settings.admin === null ? own : [...own, settings.admin];
  return all.filter((address): address is TcpAddress => address.transport === "tcp");
}

/** The number of a port of a container that is given by number or name; null if there is none. */
export function portNumber({ container }: Pod, { number, text }: Tree): number | null {
  if (number !== null) return number;
  const named = container.get("ports").items.find((port) => port.get("name").text === text);
  return named?.get("containerPort").number ?? null;
}
