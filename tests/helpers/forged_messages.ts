/** Messages that a handler could try to send in the name of its lane, as JSON, none of which is valid. */
export const FORGED: readonly string[] = [
  ...["null", "5", '"stopped"', "[]", "{}", '[{"type":"stopped"}]', "true"],
  ...[
    "ready",
    "failed",
    "crashed",
    "row",
    "counts",
    "dropped",
    "log",
    "access",
    "connections",
    "connectionClosed",
    "allocate",
    "memory",
  ]
    .map((type) => JSON.stringify({ type })),
  ...["open", "start", "__proto__", "constructor", "toString", ""]
    .map((type) => JSON.stringify({ type })),
  // Only when a lane was told to.
  ...["stopped", "stoppedAccepting"].map((type) => JSON.stringify({ type })),
  `{"type":"reuseportFilterSet","done":true}`,
  `{"type":"relieving","pid":1,"done":true}`,
  // Only as an answer.
  `{"type":"connections","id":1,"found":{"total":0,"connections":[]}}`,
  `{"type":"connectionClosed","id":1,"done":true}`,
  `{"type":"connections","id":1,"found":{"total":1,"connections":[{"number":1,"peer":"\\u001b"}]}}`,
  // Only once.
  `{"type":"ready","ready":{"addresses":[{"transport":"tcp","hostname":"127.0.0.1","port":1}],"refusal":null}}`,
  `{"type":"ready","ready":{"addresses":[{"transport":"unix","path":"/tmp/x"}],"refusal":null}}`,
  `{"type":"failed","error":{"name":"Error","message":"forged","stack":null,"exitCode":null}}`,
  `{"type":"crashed","error":null}`,
  `{"type":"crashed","error":{"name":1,"message":{},"stack":[],"exitCode":"0"}}`,
  `{"type":"access","lines":null}`,
  `{"type":"log","lines":7}`,
  `{"type":"log","lines":{"length":5}}`,
  `{"type":"log","lines":"part of a line"}`,
  `{"type":"log","lines":"x\\n","counts":{"debug":-1}}`,
  `{"type":"log","lines":"x\\n","counts":{"error":1e300}}`,
  `{"type":"log","lines":"x\\n","watched":[{"level":"error"}]}`,
  `{"type":"log","lines":"x\\n","watched":[{"time":"now","level":"error","message":"","attributes":{}}]}`,
  `{"type":"row","number":1,"row":null}`,
  `{"type":"row","number":null,"row":{"counters":[],"open":0,"current":0,"peer":null}}`,
  `{"type":"row","number":1e300,"row":{"counters":[null],"open":0,"current":0,"peer":null}}`,
  `{"type":"row","number":1e300,"row":{"counters":{"length":3},"open":0,"current":0,"peer":null}}`,
  `{"type":"row","number":1e300,"row":{"counters":[-1],"open":0,"current":0,"peer":null}}`,
  `{"type":"row","number":1e300,"row":{"counters":[],"open":-1000,"current":0,"peer":null}}`,
  `{"type":"row","number":1e300,"row":{"counters":[],"open":1e99,"current":0,"peer":null}}`,
  `{"type":"row","number":1e300,"row":{"counters":[],"open":0,"current":0.5,"peer":null}}`,
  `{"type":"row","number":1e300,"row":{"counters":[],"open":0,"current":0,"peer":"\\n"}}`,
  `{"type":"row","number":1e300,"row":{"counters":[],"open":0,"current":0,"peer":null,"measures":null}}`,
  `{"type":"row","number":1e300,"row":{"counters":[],"open":0,"current":0,"peer":null,"measures":{"0":1}}}`,
  `{"type":"row","number":1e300,"row":{"counters":[],"open":0,"current":0,"peer":null,"measures":[1,-5]}}`,
  `{"type":"row","number":1e300,"row":{"counters":[],"open":0,"current":0,"peer":null,"measures":["1",2]}}`,
  `{"type":"row","number":1e300,"row":{"counters":[],"open":0,"current":0,"peer":null,"measures":[${
    "1,".repeat(5000)
  }1]}}`,
  // Only from a process that balances.
  `{"type":"counts","counts":[]}`,
  `{"type":"counts","counts":[{"row":-1}]}`,
  `{"type":"dropped","count":-1}`,
  `{"type":"dropped","count":"many"}`,
  `{"type":"allocate","id":{},"name":[],"bytes":null}`,
  // Deep enough for a recursive reader.
  `{"type":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
];
