/**
 * Runs a handler in a server of its own, for the tests of the handler:
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { testServer } from "sluice/testing";
 *
 * Deno.test("the handler greets", async () => {
 *   await using server = await testServer("app.ts", { mode: "pooled" });
 *   const response = await server.fetch("/");
 *   assertEquals(await response.text(), "Hello, World!");
 * });
 * ```
 *
 * The server is a real one, in a process of its own: what holds in the test holds in
 * production. Tests need all permissions.
 *
 * @module
 */
export { TestClient } from "./test_client.ts";
export type { LogRecord } from "./server_process.ts";
export { TestServer, testServer, type TestServerOptions } from "./test_server.ts";
export { TestWebSocket } from "./test_web_socket.ts";
