/**
 * The kinds of option: how values are written, checked and shown. Those used only
 * by `sluice load` and `sluice bench` are not here, so that a server does not load
 * them.
 */
export { address, addresses, host } from "./kinds/addresses.ts";
export { members, resolvers } from "./kinds/backends.ts";
export { healthCheck, statuses } from "./kinds/health.ts";
export type { JsonSchema, Kind } from "./kinds/kind.ts";
export { integer } from "./kinds/numbers.ts";
export { output, path, permissions } from "./kinds/files.ts";
export { networks } from "./kinds/networks.ts";
export { duration, durationRange, percent, size } from "./kinds/quantities.ts";
export { hashBy, retryStatuses, sticky, token } from "./kinds/requests.ts";
export { dependencies, urls } from "./kinds/urls.ts";
export { choice, flag, name, text } from "./kinds/words.ts";
