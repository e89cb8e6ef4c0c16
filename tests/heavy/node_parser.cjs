// The parser of Node's own HTTP server, as an oracle. From standard input it takes streams, each
// behind its length in four bytes; for each it prints a line of JSON: the requests that it found,
// and why it refused what came then. Characters are bytes.
const process = require("node:process");
const { Buffer } = require("node:buffer");
const { HTTPParser, methods } = require("node:_http_common");

const MAX_HEADER_SIZE = 1024 * 1024;

function parse(stream) {
  const requests = [];
  let fields = [];
  let target = "";
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {}, MAX_HEADER_SIZE);
  parser[HTTPParser.kOnHeaders] = (more, url) => {
    // Trailers belong to nothing; many fields come in parts.
    if (requests.at(-1)?.isOver === false) return;
    fields.push(...more);
    target += url;
  };
  parser[HTTPParser.kOnHeadersComplete] = (_, minor, rest, method, url, _1, _2, _3, keepAlive) => {
    requests.push({
      method: methods[method],
      target: target + (url ?? ""),
      minor,
      keepAlive,
      fields: fields.concat(rest ?? []),
      body: "",
      isOver: false,
    });
    fields = [];
    target = "";
    return 0;
  };
  parser[HTTPParser.kOnBody] = (part) => {
    requests.at(-1).body += part.latin1Slice();
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    requests.at(-1).isOver = true;
  };
  const failure = execute(parser, stream);
  parser.close();
  return { requests, failure };
}

// The parser stops at an upgrade, which a server may pass over, and for good at what is an error.
function execute(parser, stream) {
  for (let rest = stream; rest.length > 0;) {
    const parsed = parser.execute(rest);
    if (parsed instanceof Error) return `${parsed.code}: ${parsed.reason}`;
    if (parsed === 0) return "an error after an upgrade";
    rest = rest.subarray(parsed);
  }
  return null;
}

let pending = Buffer.alloc(0);
process.stdin.on("data", (data) => {
  pending = Buffer.concat([pending, data]);
  const lines = [];
  while (pending.length >= 4 && pending.length >= 4 + pending.readUInt32LE()) {
    const end = 4 + pending.readUInt32LE();
    lines.push(JSON.stringify(parse(pending.subarray(4, end))));
    pending = pending.subarray(end);
  }
  if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
});
