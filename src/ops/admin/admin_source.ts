import type { Scoreboard } from "../../lane/scoreboard.ts";
import type { RecordFeed } from "../../log/recent_records.ts";
import type { ServerFacts } from "../status/server_facts.ts";
import type { ConfigView } from "./config_view.ts";
import type { RunCommand } from "./command.ts";

/** What the admin port knows of the server, on the main thread or in another one. */
export interface AdminSource {
  /** What the main thread knows, now or a moment ago; null while the server starts. */
  facts(): ServerFacts | null;
  /** Null while the server starts. */
  scoreboard(): Scoreboard | null;
  /** How long ago the main thread gave its last sign of life while the server starts, in milliseconds. */
  silence(): number;
  /** The settings in effect. */
  config(): ConfigView;
  readonly records: RecordFeed;
  /** Carries out a command; rejects with an HttpError if the main thread does not take it. */
  readonly run: RunCommand;
}
