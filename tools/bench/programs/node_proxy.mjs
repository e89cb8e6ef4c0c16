/** A proxy of Node's own HTTP server and client, with kept connections to one backend. */
import { Agent, createServer, request as connect } from "node:http";
import process from "node:process";

const HOUR = 3_600_000;
const BACKEND = { host: "127.0.0.1", port: Number(process.env.BACKEND) };
const agent = new Agent({ keepAlive: true, maxFreeSockets: 64, noDelay: true });
const HOP_BY_HOP = new Set([
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding"],
  "upgrade",
]);

const server = createServer({ keepAliveTimeout: HOUR, noDelay: true }, (request, response) => {
  const outgoing = connect({ ...options(request), agent }, (answer) => {
    response.writeHead(answer.statusCode, answer.statusMessage, endToEnd(answer.rawHeaders));
    answer.pipe(response);
    answer.on("error", () => response.destroy());
  });
  outgoing.on("error", () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end("Bad Gateway");
  });
  response.on("close", () => {
    if (!response.writableFinished) outgoing.destroy();
  });
  request.pipe(outgoing);
});

server.on("upgrade", (request, client, head) => {
  const { upgrade } = request.headers;
  const { headers, ...others } = options(request);
  const fields = [...headers, "Connection", "Upgrade", "Upgrade", upgrade];
  const outgoing = connect({ ...others, headers: fields, agent: false });
  const drop = () => client.destroy();
  client.on("error", () => outgoing.destroy());
  outgoing.on("error", drop);
  outgoing.on("response", drop);
  outgoing.on("upgrade", (answer, backend, first) => {
    const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
    for (let i = 0; i < answer.rawHeaders.length; i += 2) {
      lines.push(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`);
    }
    client.write(`${lines.join("\r\n")}\r\n\r\n`);
    if (first.length > 0) client.write(first);
    if (head.length > 0) backend.write(head);
    backend.on("error", drop);
    client.on("close", () => backend.destroy());
    backend.on("close", drop);
    backend.pipe(client).pipe(backend);
  });
  outgoing.end();
});

server.listen({ host: "127.0.0.1", port: Number(process.env.PORT), backlog: 4096 });

/** The request as it goes out: its own fields, and those that tell the backend of the client. */
function options(request) {
  const { method, url, headers, rawHeaders, socket } = request;
  const before = headers["x-forwarded-for"];
  const peer = socket.remoteAddress;
  const fields = endToEnd(rawHeaders, /^x-forwarded-(for|host|proto)$/);
  fields.push("X-Forwarded-For", before === undefined ? peer : `${before}, ${peer}`);
  fields.push("X-Forwarded-Proto", "http", "X-Forwarded-Host", headers.host);
  if (headers["transfer-encoding"] !== undefined) fields.push("Transfer-Encoding", "chunked");
  return { ...BACKEND, method, path: url, headers: fields };
}

/** The fields that are not of the connection alone, nor match a name, as Node takes them. */
function endToEnd(raw, left = /^$/) {
  const fields = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i].toLowerCase();
    if (!HOP_BY_HOP.has(name) && !left.test(name)) fields.push(raw[i], raw[i + 1]);
  }
  return fields;
}
