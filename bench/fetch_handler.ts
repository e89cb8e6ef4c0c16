/** A handler of the shape { fetch }, which answers what the HTTP service answers by itself. */
export default { fetch: () => new Response("Hello, World!") };
