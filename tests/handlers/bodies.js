// Routes for the HTTP tests: request and response bodies of each kind.
export default {
  routes: {
    "GET /": () => "Hello",
    "GET /large": () => "x".repeat(1024 * 1024),
    "GET /hang": () => new Promise(() => {}),
    "GET /pieces": () => {
      const pieces = ["a", "bc", "def"].map((text) => new TextEncoder().encode(text));
      return {
        body: { length: null, read: () => Promise.resolve(pieces.shift() ?? null), close() {} },
      };
    },
    "POST /ignore": () => "ignored",
    "POST /count": async ({ body }) => String((await body.bytes()).length),
    "POST /echo": ({ body }) => ({
      body: { length: body.length, read: () => body.read(), close() {} },
    }),
  },
};
