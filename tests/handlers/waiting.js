/** Answers `/slow` never, `/block` after two seconds in which its lane does nothing else, and echoes on `/socket`. */
export default {
  async fetch(request, info) {
    const { pathname } = new URL(request.url);
    if (pathname === "/socket") {
      const { socket, response } = info.upgrade(request);
      socket.onmessage = ({ data }) => socket.send(data);
      return response;
    }
    if (pathname.startsWith("/slow")) await new Promise(() => {});
    for (const end = Date.now() + 2000; Date.now() < end;);
    return new Response("done");
  },
};
