import type { Connection } from "../core/connection.ts";
import { defineService } from "./service.ts";

/** Sends every byte back, in order (RFC 862). */
export const echo = defineService({
  name: "echo",
  help: "sends every byte back, in order",
  port: 8888,
  options: [],
  refusal: null,
  create: () => serve,
});

async function serve(connection: Connection): Promise<void> {
  let data: Uint8Array | null;
  while ((data = await connection.read()) !== null) await connection.write(data);
}
