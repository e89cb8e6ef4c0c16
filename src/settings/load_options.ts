/** The options of `sluice load`, some of which `sluice bench` shares. */
import { type FlagsOf, loadFlags } from "./flags.ts";
import * as kinds from "./kinds.ts";
import { bytes } from "./kinds/bytes.ts";
import { paths } from "./kinds/lists.ts";
import { positive } from "./kinds/numbers.ts";
import { option, type ValuesOf } from "./option.ts";

/** Maximum number of connections open at once. */
export const MAX_CLIENTS = 100_000;

/** Every option of the command, by its key. */
export const LOAD_OPTIONS = {
  request: option(paths(), {
    default: [],
    unset: "a GET of the URL, or a message to echo",
    group: "Workload",
    help: "File with a request to send, unchanged; can be repeated, for a random mix",
  }),
  delimiter: option(bytes(), {
    default: "\n",
    group: "Workload",
    help: "What ends a response that is not HTTP; may contain \\n, \\r, \\t, \\0, \\xHH and \\\\",
  }),
  messageSize: option(kinds.size(1), {
    default: 64,
    group: "Workload",
    help: "Size of the messages to a tcp:// URL, without --request",
  }),
  connections: option(kinds.integer(1, MAX_CLIENTS), {
    default: 64,
    group: "Load",
    help: "Connections to keep open",
  }),
  rate: option(positive(10_000_000), {
    default: null,
    unset: "each request follows the previous response",
    group: "Load",
    help: "Requests per second over all connections; latency counts from when a request was due",
  }),
  duration: option(kinds.duration(1), {
    default: 10_000,
    group: "Load",
    help: "How long to measure",
  }),
  warmup: option(kinds.duration(), {
    default: 0,
    group: "Load",
    help: "How long to send requests before counting them",
  }),
  seed: option(kinds.integer(0, 2 ** 32 - 1), {
    default: 1,
    group: "Load",
    help: "Seed for random choices: the same seed gives the same requests in the same order",
  }),
  json: option(kinds.output(), {
    default: null,
    unset: "none",
    group: "Report",
    help: "File to write all results to, as JSON; - is standard output",
  }),
};

/** The final, validated values of the options. */
export type LoadSettings = ValuesOf<typeof LOAD_OPTIONS>;

/**
 * Turns flags into settings, which are frozen.
 *
 * @param flags The values of the flags, unchecked.
 * @param cwd The absolute folder that relative paths start from.
 * @throws {ExitError} 64 if a flag is wrong.
 */
export function readLoadSettings(flags: FlagsOf<typeof LOAD_OPTIONS>, cwd: string): LoadSettings {
  return loadFlags(LOAD_OPTIONS, flags, cwd);
}
