/** The yardstick of another runtime: Node's own HTTP server. */
import { createServer } from "node:http";
import process from "node:process";

const server = createServer((_request, response) => {
  response.setHeader("Content-Type", "text/plain;charset=UTF-8");
  response.end("Hello, World!");
});
server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
  process.stdout.write(`port=${server.address().port}\n`);
});
