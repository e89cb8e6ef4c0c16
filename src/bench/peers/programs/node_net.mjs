/** Node's own TCP server: "Node net", and each process of "Node cluster". */
import { createServer } from "node:net";
import process from "node:process";

createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  socket.pipe(socket);
}).listen({ host: "127.0.0.1", port: Number(process.env.PORT), backlog: 4096 });
