"""Echo on asyncio's streams: "Python asyncio"."""

import asyncio
import os

BUFFER_SIZE = 64 * 1024


async def serve(reader, writer):
    try:
        while data := await reader.read(BUFFER_SIZE):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # The client went away.
    finally:
        writer.close()


async def main():
    # asyncio turns Nagle's algorithm off.
    server = await asyncio.start_server(
        serve, "127.0.0.1", int(os.environ["PORT"]), backlog=4096
    )
    await server.serve_forever()


asyncio.run(main())
