/**
 * The kinds of option: how values are written, checked and shown. Those used only
 * by `sluice load` and `sluice bench` are not here, so that a server does not load
 * them.
 */
export { addresses, host } from "./kinds/addresses.ts";
export type { Kind } from "./kinds/kind.ts";
export { integer } from "./kinds/numbers.ts";
export { output, path, permissions } from "./kinds/files.ts";
export { networks } from "./kinds/networks.ts";
export { duration, percent, size } from "./kinds/quantities.ts";
export { choice, flag } from "./kinds/words.ts";
