import { EXIT } from "../../base/exit.ts";
import {
  adminOfEnvironment,
  PROBE_OPTIONS,
  readProbeSettings,
} from "../../settings/probe_options.ts";
import { quote } from "../../settings/found.ts";
import { usage } from "../flags.ts";
import { type Command, OWN_ACTIONS } from "./command.ts";

const QUESTIONS = ["readyz", "livez"] as const;

/** `sluice probe`. */
export const probe: Command<typeof PROBE_OPTIONS> = {
  name: "probe",
  help: "Ask an --admin port whether its server is ready",
  argument: { name: "[readyz|livez]", count: "optional", values: QUESTIONS },
  options: PROBE_OPTIONS,
  actions: OWN_ACTIONS,
  rest: null,
  manual: {
    examples: [
      ["", "Is the server on this machine ready for clients?"],
      ["livez", "Is it alive, or should it be restarted?"],
      ["--admin unix:/run/sluice-admin.sock", "The same by a Unix socket"],
    ],
    tables: {},
    values: "A duration is 500ms, 30s or 2m; a bare number is seconds.",
    options: PROBE_OPTIONS,
    exitCodes: [
      [String(EXIT.ok), "The answer is yes"],
      [String(EXIT.notServing), "It is no, or there is none in time; standard error says why"],
      [String(EXIT.usage), "The command line is wrong"],
      [String(EXIT.config), "SLUICE_ADMIN is wrong, or what answers is no admin port"],
    ],
  },
  async run({ argument, flags }) {
    const question = QUESTIONS.find((one) => one === (argument || "readyz"));
    if (question === undefined) {
      throw usage(`Cannot probe ${quote(argument)}: expected ${QUESTIONS.join(" or ")}`);
    }
    const settings = readProbeSettings(flags, adminOfEnvironment(), Deno.cwd());
    const { runProbe } = await import("../probe.ts");
    await runProbe(question, settings);
    return EXIT.ok;
  },
};
