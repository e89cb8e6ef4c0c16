/** Node's own HTTP server: "Node http", and each process of "Node cluster". */
import { createServer } from "node:http";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";

const FIELDS = { "Content-Type": "text/plain; charset=utf-8" };
const HOUR = 3_600_000;

createServer({ keepAliveTimeout: HOUR, noDelay: true }, (request, response) => {
  if (request.url === "/") response.writeHead(200, FIELDS).end("Hello, World!");
  else if (request.url.startsWith("/work?")) void work(request, response);
  else response.writeHead(404, FIELDS).end("Not Found");
}).listen({ host: "127.0.0.1", port: Number(process.env.PORT), backlog: 4096 });

async function work(request, response) {
  const query = new URLSearchParams(request.url.slice("/work?".length));
  const cpu = Number(query.get("cpu_ms") ?? 0);
  const io = Number(query.get("io_ms") ?? 0);
  burn(cpu);
  if (io > 0) await delay(io);
  response.writeHead(200, FIELDS).end(`Worked ${cpu} ms, waited ${io} ms`);
}

/** No other thread of the process works, and its clock is finer than a thread's. */
function burn(milliseconds) {
  const end = cpuTime() + milliseconds;
  while (cpuTime() < end);
}

function cpuTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
