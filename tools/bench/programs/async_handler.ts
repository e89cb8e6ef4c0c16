/** A `{ fetch }` handler that answers later, with a field of its own. */
export default {
  fetch: async () => {
    await null;
    return new Response("Hello, World!", { headers: { "X-Greeting": "hello" } });
  },
};
