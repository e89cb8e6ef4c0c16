import { assertEquals } from "@std/assert";
import { NotifySocket } from "../../../src/ops/notify/notify_socket.ts";

Deno.test("what happens during a long outage of the manager is told after it, with the last status", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/socket`;
  let outages = 0;
  using socket = new NotifySocket(path, () => outages++);
  socket.send("READY=1\nSTATUS=Serving");
  for (let second = 1; second <= 40; second++) socket.send(`STATUS=Serving for ${second} s`);
  socket.send("RELOADING=1\nSTATUS=Reloading");
  socket.sendNow("WATCHDOG=1");
  const manager = Deno.listenDatagram({ transport: "unixpacket", path });
  const messages: string[] = [];
  while (messages.length < 3) messages.push(new TextDecoder().decode((await manager.receive())[0]));
  assertEquals(messages, [
    "READY=1\nSTATUS=Serving",
    "STATUS=Serving for 40 s",
    "RELOADING=1\nSTATUS=Reloading",
  ]);
  assertEquals(outages, 1);
  manager.close();
  await Deno.remove(folder, { recursive: true });
});
