import { assertEquals } from "@std/assert";
import { Client } from "./client.ts";

/** Has a text echoed by a server of the service `echo`, on a connection of its own. */
export async function talk(server: { port: number }, text: string): Promise<void> {
  using client = await Client.connect(server);
  await client.send(text);
  assertEquals(await client.receiveText(text.length), text);
}
