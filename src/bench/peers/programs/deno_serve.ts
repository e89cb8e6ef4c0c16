/** Deno's own HTTP server: "deno serve", with and without `--parallel`. */
const INIT = { headers: { "Content-Type": "text/plain; charset=utf-8" } };
/** The length of a URL before its host. */
const ORIGIN = "http://".length;
/** CLOCK_THREAD_CPUTIME_ID of clock_gettime(2). */
const THREAD_CLOCK = 3;

let clock: (() => number) | undefined;

export default {
  fetch(request) {
    // Parsing the URL would be much of the cost of the shortest request.
    if (request.url.indexOf("/", ORIGIN) === request.url.length - 1) {
      return new Response("Hello, World!", INIT);
    }
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/work") return work(searchParams);
    return new Response("Not Found", { ...INIT, status: 404 });
  },
} satisfies Deno.ServeDefaultExport;

async function work(query: URLSearchParams): Promise<Response> {
  const cpu = Number(query.get("cpu_ms") ?? 0);
  const io = Number(query.get("io_ms") ?? 0);
  burn(cpu);
  if (io > 0) await new Promise((resolve) => setTimeout(resolve, io));
  return new Response(`Worked ${cpu} ms, waited ${io} ms`, INIT);
}

function burn(milliseconds: number): void {
  clock ??= openClock();
  const end = clock() + milliseconds;
  while (clock() < end);
}

/**
 * The CPU time of this thread, in milliseconds. The runtime offers that of the process, which has
 * other threads, or that of a thread in steps of 10.
 */
function openClock(): () => number {
  const { clock_gettime } = openLibrary().symbols;
  const time = new BigInt64Array(2);
  return () => {
    clock_gettime(THREAD_CLOCK, time);
    return Number(time[0]) * 1000 + Number(time[1]) / 1e6;
  };
}

function openLibrary() {
  const symbols = {
    clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  } as const;
  try {
    return Deno.dlopen("libc.so.6", symbols);
  } catch { // The C library is musl.
    return Deno.dlopen(`libc.musl-${Deno.build.arch}.so.1`, symbols);
  }
}
