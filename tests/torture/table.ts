/** The whole table. */
import type { Theme } from "./case.ts";
import { BLOCKING } from "./cases/blocking.ts";
import { BODIES } from "./cases/bodies.ts";
import { CONNECTIONS } from "./cases/connections.ts";
import { ENDING } from "./cases/ending.ts";
import { GLOBALS } from "./cases/globals.ts";
import { MESSAGES } from "./cases/messages.ts";
import { OUTPUT } from "./cases/output.ts";
import { REQUESTS } from "./cases/requests.ts";
import { RESOURCES } from "./cases/resources.ts";
import { RETURNING } from "./cases/returning.ts";
import { STRAY } from "./cases/stray.ts";
import { WEBSOCKETS } from "./cases/websockets.ts";
import { THROWING } from "./cases/throwing.ts";

export const THEMES: readonly Theme[] = [
  ...[THROWING, STRAY, RETURNING, BODIES, REQUESTS, CONNECTIONS, WEBSOCKETS, MESSAGES],
  ...[BLOCKING, ENDING, RESOURCES, OUTPUT, GLOBALS],
];
