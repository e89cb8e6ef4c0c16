// A backend in Node, which records what it has parsed: see tests/helpers/http_backend.ts.
const { Buffer } = require("node:buffer");
const { createHash } = require("node:crypto");
const { appendFileSync, existsSync } = require("node:fs");
const { createServer } = require("node:http");
const process = require("node:process");

const [name, port, folder] = process.argv.slice(2);
let connections = 0;
let requests = 0;

/** Writes at once, so that nothing is lost if the process is killed. Characters are bytes. */
function record(entry) {
  appendFileSync(`${folder}/parsed`, Buffer.from(`${JSON.stringify(entry)}\n`, "latin1"));
}

function pairs(flat) {
  return flat.flatMap((name, at) => at % 2 === 0 ? [[name, flat[at + 1]]] : []);
}

function answer(request, response) {
  const { method, url, socket } = request;
  const id = ++requests;
  socket.number ??= ++connections;
  const fields = pairs(request.rawHeaders);
  record({ event: "begun", id, connection: `${socket.number}`, method, target: url, fields });
  const hash = createHash("sha256");
  let length = 0;
  request.on("data", (piece) => {
    length += piece.length;
    hash.update(piece);
  });
  request.on("end", () => {
    const trailers = pairs(request.rawTrailers);
    record({ event: "complete", id, length, sha256: hash.digest("hex"), trailers });
  });
  response.on("error", () => {});
  response.setHeader("X-Backend", name);
  response.setHeader("X-Seen", request.headers["x-forwarded-for"] ?? "");
  // It is about to end, so it must not be sent more on this connection.
  if (!server.listening) response.setHeader("Connection", "close");
  respond(request, response);
}

function respond(request, response) {
  const [path, query = ""] = request.url.split("?");
  if (path === "/health") {
    response.statusCode = existsSync(`${folder}/broken`) ? 500 : 200;
    response.end();
  } else if (path === "/echo") {
    const length = request.headers["content-length"];
    if (length !== undefined) response.setHeader("Content-Length", length);
    request.pipe(response, { end: false });
    request.on("end", () => {
      response.addTrailers(pairs(request.rawTrailers));
      response.end();
    });
  } else if (path === "/wait") {
    setTimeout(() => finish(request, response), Number(query));
  } else if (path === "/bytes") {
    response.setHeader("Content-Length", query);
    sendBytes(response, Number(query));
  } else {
    finish(request, response);
  }
}

/** Answers when the request has ended: what is sent before tells a client nothing. */
function finish(request, response) {
  const end = () => response.end(`${name} ${request.method} ${request.url}`);
  if (request.readableEnded) end();
  else request.on("end", end);
  request.resume();
}

async function sendBytes(response, length) {
  const part = Buffer.alloc(64 * 1024, "x");
  for (let rest = length; rest > 0; rest -= part.length) {
    const isTaken = response.write(rest < part.length ? part.subarray(0, rest) : part);
    if (!isTaken) await new Promise((resolve) => response.once("drain", resolve));
  }
  response.end();
}

const server = createServer({ maxHeaderSize: 64 * 1024 }, answer);
server.on("checkContinue", (request, response) => {
  response.writeContinue();
  answer(request, response);
});
server.on("clientError", (error, socket) => {
  // A request that was cut off has begun, or is none.
  const isCutOff = ["ECONNRESET", "EPIPE", "HPE_INVALID_EOF_STATE"].includes(error.code);
  if (!isCutOff) record({ event: "refused", reason: error.code });
  socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
});
process.on("SIGTERM", () => {
  server.close(() => process.exit());
  server.closeIdleConnections();
});
server.listen(Number(port), "127.0.0.1");
