/** A `{ fetch }` handler with the same response as the HTTP service itself. */
export default { fetch: () => new Response("Hello, World!") };
