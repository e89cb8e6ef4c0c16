/**
 * Backends of the balancer that are programs of their own. Each answers a line with its name and
 * the line, and a health check by HTTP with a status.
 */
import { freePort } from "./free_port.ts";
import { makeHandler } from "./handlers.ts";
import { NGINX_STREAM_MODULE, nginxConfig, startProxy } from "./proxy_program.ts";
import { startServer } from "./server.ts";

/** A backend in a process of its own, killed on dispose. */
export interface NamedBackend extends AsyncDisposable {
  readonly name: string;
  /** Such as `127.0.0.1:8000`. */
  readonly address: string;
  kill(signal: Deno.Signal): void;
  /** Resolves once it has ended. */
  readonly exited: Promise<unknown>;
}

/** SIGUSR2 makes its health check fail, and the next one succeed again. */
const NODE_PROGRAM = `
  const [name, port] = process.argv.slice(1);
  let status = "200 OK";
  process.on("SIGUSR2", () => status = status === "200 OK" ? "500 Broken" : "200 OK");
  const server = require("node:net").createServer({ allowHalfOpen: true }, (socket) => {
    let text = "";
    socket.on("data", (data) => {
      text += data;
      if (text.startsWith("GET ")) {
        if (text.endsWith("\\r\\n\\r\\n")) socket.end("HTTP/1.1 " + status + "\\r\\nContent-Length: 0\\r\\n\\r\\n");
        return;
      }
      const lines = text.split("\\n");
      text = lines.pop();
      for (const line of lines) {
        if (line === "reset") return socket.resetAndDestroy();
        socket.write(name + " " + line + "\\n");
      }
    });
    socket.on("end", () => socket.end());
    socket.on("error", () => {});
  });
  server.listen(Number(port), "127.0.0.1", () => console.log("listening"));`;

/** Starts one in Node, which resets a connection when it is told so by a line. */
export async function startNode(name: string, port = freePort()): Promise<NamedBackend> {
  const child = new Deno.Command("node", {
    args: ["-e", NODE_PROGRAM, name, String(port)],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  if (value === undefined) throw new Error(`The backend ${name} has ended, and never listened`);
  await reader.cancel();
  let hasEnded = false;
  const exited = child.status.then(() => hasEnded = true);
  return {
    name,
    address: `127.0.0.1:${port}`,
    kill: (signal) => child.kill(signal),
    exited,
    async [Symbol.asyncDispose]() {
      if (!hasEnded) child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Starts one in Sluice. */
export async function startSluice(name: string): Promise<NamedBackend> {
  await using stack = new AsyncDisposableStack();
  const handler = stack.use(
    await makeHandler(`
      export default {
        async serve(connection) {
          let line;
          while ((line = await connection.readLine(1000)) !== null) {
            if (line.startsWith("GET ")) {
              while (await connection.readLine(1000));
              return connection.write("HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n");
            }
            await connection.write("${name} " + line + "\\n");
          }
        },
      };`),
  );
  const server = stack.use(await startServer(handler.args));
  const started = stack.move();
  return {
    name,
    address: `127.0.0.1:${server.port}`,
    kill: (signal) => server.kill(signal),
    exited: server.exited,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** Starts an nginx that passes its clients on to another backend, whose name is theirs. */
export async function startNginxBefore(
  { name, address, kill, exited }: NamedBackend,
): Promise<NamedBackend> {
  const nginx = await startProxy(
    "nginx",
    (port) =>
      `load_module ${NGINX_STREAM_MODULE};\n` + nginxConfig(`
      stream {
        server {
          listen 127.0.0.1:${port};
          proxy_pass ${address};
        }
      }`),
  );
  return {
    name,
    address: `127.0.0.1:${nginx.port}`,
    kill,
    exited,
    [Symbol.asyncDispose]: () => nginx[Symbol.asyncDispose](),
  };
}
