// deno-lint-ignore-file no-console -- Its records are what the tests look for.
/** A handler that says its process and the request's number, and takes its time at /slow. */
import { setTimeout } from "node:timers/promises";

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/slow") {
      console.log("slow begins");
      await setTimeout(500);
    }
    if (pathname.startsWith("/n/")) console.log(`number ${pathname.slice(3)} end`);
    return new Response(String(Deno.pid));
  },
};
