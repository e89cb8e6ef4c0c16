import { assertEquals } from "@std/assert";
import { Client } from "./client.ts";

/** Has a text echoed by a server of the service `echo`, on a connection of its own. */
export async function talk(server: { port: number }, text: string): Promise<void> {
  using client = await Client.connect(server);
  await client.send(text);
  assertEquals(await client.receiveText(text.length), text);
}

/** Asks on a connection of its own; the line that answers, without its end. */
export async function ask(server: { port: number }, line: string): Promise<string> {
  using client = await Client.connect(server);
  return (await client.ask(line)).trimEnd();
}

/** Has a word echoed over a connection of any kind, and closes it; what came back. */
export async function echoOver(conn: Deno.Conn): Promise<string> {
  using _ = { [Symbol.dispose]: () => conn.close() };
  await conn.write(new TextEncoder().encode("hello"));
  const buffer = new Uint8Array(5);
  await conn.read(buffer);
  return new TextDecoder().decode(buffer);
}
