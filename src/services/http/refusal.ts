const FULL = "Service Unavailable: the server is full\n";

/** The response while the server is full. */
export const HTTP_REFUSAL = [
  "HTTP/1.1 503 Service Unavailable",
  "Content-Type: text/plain; charset=utf-8",
  `Content-Length: ${FULL.length}`,
  "Retry-After: 1",
  "Connection: close",
  "",
  FULL,
].join("\r\n");
