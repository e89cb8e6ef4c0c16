/** The options of `sluice load`, some of which `sluice bench` has as well. */
import { type FlagsOf, loadFlags } from "./flags.ts";
import * as kinds from "./kinds.ts";
import { bytes } from "./kinds/bytes.ts";
import { paths } from "./kinds/lists.ts";
import { positive } from "./kinds/numbers.ts";
import { option, type ValuesOf } from "./option.ts";

/** The most connections at once. */
export const MAX_CLIENTS = 100_000;

/** Every option of the command by its key. */
export const LOAD_OPTIONS = {
  request: option(paths(), {
    default: [],
    unset: "a GET of the URL, or a message that comes back",
    group: "Workload",
    help: "A file with a request to send as it is; can be repeated, several are mixed by --seed",
  }),
  delimiter: option(bytes(), {
    default: "\n",
    group: "Workload",
    help: "How an answer ends, where it is not HTTP; may have \\n, \\r, \\t, \\0, \\xHH and \\\\",
  }),
  messageSize: option(kinds.size(1), {
    default: 64,
    group: "Workload",
    help: "Bytes of each message to a URL tcp://, where there is no --request",
  }),
  connections: option(kinds.integer(1, MAX_CLIENTS), {
    default: 64,
    group: "Load",
    help: "Connections that are open at once",
  }),
  rate: option(positive(10_000_000), {
    default: null,
    unset: "each request follows the answer to the one before",
    group: "Load",
    help: "Requests a second over all connections; the latency of each counts from when it was due",
  }),
  duration: option(kinds.duration(1), {
    default: 10_000,
    group: "Load",
    help: "How long to measure",
  }),
  warmup: option(kinds.duration(), {
    default: 0,
    group: "Load",
    help: "How long to send requests that are not counted, before those that are",
  }),
  seed: option(kinds.integer(0, 2 ** 32 - 1), {
    default: 1,
    group: "Load",
    help: "What chance begins with: the same seed gives the same requests in the same order",
  }),
  json: option(kinds.output(), {
    default: null,
    unset: "none",
    group: "Report",
    help: "A file to write all figures into, as JSON; - is standard output",
  }),
};

/** The final, validated values of the options. */
export type LoadSettings = ValuesOf<typeof LOAD_OPTIONS>;

/**
 * The settings that flags ask for, frozen.
 *
 * @param flags The values of the flags, not yet checked.
 * @param cwd The absolute folder that relative paths start from.
 * @throws {ExitError} 64 when a flag is wrong.
 */
export function readLoadSettings(flags: FlagsOf<typeof LOAD_OPTIONS>, cwd: string): LoadSettings {
  return loadFlags(LOAD_OPTIONS, flags, cwd);
}
