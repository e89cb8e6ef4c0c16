/** The permissions that a server needs of the runtime. */
import { type Address, formatAddress } from "../base/address.ts";
import { demand } from "../base/permissions.ts";
import { serviceChoice } from "../server/prepare.ts";
import { describeService } from "../services/registry.ts";
import type { UpstreamGroup } from "../settings/balancer.ts";
import { resolveAddresses } from "../settings/load.ts";
import type { Settings } from "../settings/options.ts";

/**
 * Checks that a server may do what its settings need, before the runtime asks for it one
 * by one, or refuses it in the middle of the start.
 *
 * @throws {ExitError} 77 naming the first permission that is missing.
 */
export function checkPermissions(settings: Settings): void {
  const { handler, root, mode } = settings;
  for (const path of [handler, root]) {
    if (path !== null) demand({ name: "read", path }, `read "${path}"`);
  }
  if (mode === "forked") demand({ name: "run", command: Deno.execPath() }, "start processes");
  const { accessLog, logFile, pidFile, statusFile } = settings;
  for (const path of [accessLog, logFile, pidFile, statusFile]) {
    if (path !== null && path !== "-") demand({ name: "write", path }, `write "${path}"`);
  }
  const { admin, adminTokenFile } = settings;
  if (admin !== null) checkAddress(admin, "listen on");
  if (adminTokenFile !== null) {
    demand({ name: "read", path: adminTokenFile }, `read "${adminTokenFile}"`);
  }
  const { port } = describeService(serviceChoice(settings));
  for (const address of resolveAddresses(settings, port)) checkAddress(address, "listen on");
  settings.upstreams.forEach(checkUpstream);
}

/** Checks what does not depend on the records of a name. */
function checkUpstream({ file, members, resolvers, http: { sticky } }: UpstreamGroup): void {
  if (sticky.kind === "cookie") {
    demand({ name: "read", path: sticky.keyFile }, `read "${sticky.keyFile}"`);
  }
  if (file !== null) demand({ name: "read", path: file }, `read "${file}"`);
  for (const address of resolvers) checkAddress(address, "ask");
  for (const { source } of members) {
    if (source.kind === "address") checkAddress(source.address, "connect to");
  }
}

/** @param verb What is done with the address. */
function checkAddress(address: Address, verb: string): void {
  const action = `${verb} ${formatAddress(address)}`;
  if (address.transport === "tcp") {
    const { hostname, port } = address;
    const host = hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
    return demand({ name: "net", host }, action);
  }
  if (address.transport !== "unix") return;
  demand({ name: "read", path: address.path }, action);
  demand({ name: "write", path: address.path }, action);
}
