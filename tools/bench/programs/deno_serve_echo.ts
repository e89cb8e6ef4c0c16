/** Deno's own HTTP server, which sends the body of the request back. */
export default { fetch: (request) => new Response(request.body) } satisfies Deno.ServeDefaultExport;
