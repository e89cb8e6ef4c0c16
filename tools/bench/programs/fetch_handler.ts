/** A `{ fetch }` handler that gives the same answer as the HTTP service itself. */
export default { fetch: () => new Response("Hello, World!") };
