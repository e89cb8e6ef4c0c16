/** The parts that the help texts of `bench` and `load` share. */
import { EXIT } from "../base/exit.ts";
import type { Rows } from "./help_layout.ts";

/** How to write values. */
export const MEASUREMENT_VALUES =
  "A duration is 500ms, 30s or 2m; a bare number is seconds. A size is 64, 16kb or 1mb, in steps " +
  "of 1024; a bare number is bytes.";

/** @param unavailable The meaning of {@linkcode EXIT.unavailable}: why nothing could be measured. */
export function measurementExitCodes(unavailable: string): Rows {
  return [
    [String(EXIT.ok), "Measured"],
    [String(EXIT.usage), "The command line is wrong"],
    [String(EXIT.noInput), "An input file does not exist"],
    [String(EXIT.unavailable), unavailable],
    [String(EXIT.cannotCreate), "An output file cannot be created"],
    [String(EXIT.noPermission), "Permission denied"],
    [String(EXIT.config), "An input file cannot be used"],
    ["130", "Interrupted; the results so far are shown"],
  ];
}
