import { assertEquals } from "@std/assert";
import { Client } from "./client.ts";

/** Checks on a new connection that a server of the `echo` service echoes a text. */
export async function talk(server: { port: number }, text: string): Promise<void> {
  using client = await Client.connect(server);
  await client.send(text);
  assertEquals(await client.receiveText(text.length), text);
}

/** Sends a line on a new connection and returns the answer without its newline. */
export async function ask(server: { port: number }, line: string): Promise<string> {
  using client = await Client.connect(server);
  return (await client.ask(line)).trimEnd();
}

/** Sends "hello" over a connection, returns what came back, and closes the connection. */
export async function echoOver(conn: Deno.Conn): Promise<string> {
  using _ = { [Symbol.dispose]: () => conn.close() };
  await conn.write(new TextEncoder().encode("hello"));
  const buffer = new Uint8Array(5);
  await conn.read(buffer);
  return new TextDecoder().decode(buffer);
}
