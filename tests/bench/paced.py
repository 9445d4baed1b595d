# SPDX-License-Identifier: MIT
"""A radio station for measurements: sends one MP3 file for ever, to any number of
listeners, at its own pace and in Icecast's portions, with its burst at connect.

    paced.py PORT FILE BYTES_PER_SECOND
"""
import asyncio
import sys
import time

BLOCK = 1400
BURST = 65535


class Station:
    def __init__(self, data, pace):
        self.data, self.pace = data, pace

    def block(self, position):
        start = position % len(self.data)
        part = self.data[start:start + BLOCK]
        return part + self.data[:BLOCK - len(part)]

    async def listener(self, reader, writer):
        await reader.readuntil(b'\r\n\r\n')
        writer.write(b'HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\nServer: paced\r\n\r\n')
        begun, sent = time.monotonic(), 0
        try:
            while True:
                due = BURST + (time.monotonic() - begun) * self.pace
                while sent < due:
                    writer.write(self.block(sent))
                    sent += BLOCK
                await writer.drain()
                await asyncio.sleep(BLOCK / self.pace)
        except ConnectionError:
            pass
        finally:
            writer.close()


async def main():
    port, path, pace = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
    with open(path, 'rb') as f:
        station = Station(f.read(), pace)
    server = await asyncio.start_server(station.listener, '127.0.0.1', port, backlog=1000)
    print('ready', flush=True)
    async with server:
        await server.serve_forever()


if __name__ == '__main__':
    asyncio.run(main())
