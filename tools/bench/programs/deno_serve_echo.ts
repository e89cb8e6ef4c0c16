/** Deno's own HTTP server, echoing the body of the request. */
export default { fetch: (request) => new Response(request.body) } satisfies Deno.ServeDefaultExport;
