"""A tiny model whose behaviour changes while it serves.

POST /score answers after DELAY_MS; a JSON body with `delay_ms` overrides it. POST /switch (which no gateway forwards, so only the host reaches it)
sets `status`, `factor` (of the delay), `flood` (lines a second) and `allocate_mib`. GET /counters tells what was started, finished, cancelled by
the caller's going away, and begun after its deadline.
"""

import asyncio
import json
import os
import sys
import time

delay_ms = float(os.environ.get("DELAY_MS", "5"))
name = os.environ.get("HOSTNAME", "")
settings = {"status": 200, "factor": 1, "flood": 0}
counters = {"started": 0, "finished": 0, "cancelled": 0, "late": 0}
started_ids = {}
held = []


async def flood():
    pause = 0.02
    while True:
        await asyncio.sleep(pause)
        count = int(settings["flood"] * pause)
        if count > 0:
            sys.stdout.write("".join(f"line {index} of a flood that nobody asked for\n" for index in range(count)))
            sys.stdout.flush()


async def score(headers, body, reader):
    counters["started"] += 1
    now = int(time.time() * 1000)
    if now > int(headers.get("x-sluice-deadline-ms", now)):
        counters["late"] += 1
    if "x-ms-client-request-id" in headers:
        started_ids[headers["x-ms-client-request-id"]] = now
    asked = json.loads(body) if body[:1] == b"{" else {}
    seconds = float(asked.get("delay_ms", delay_ms)) * settings["factor"] / 1000
    gone = asyncio.ensure_future(reader.read(1))
    done, _ = await asyncio.wait({gone}, timeout=seconds)
    if done:
        counters["cancelled"] += 1
        return None
    gone.cancel()
    counters["finished"] += 1
    return settings["status"], {"instance": name, "marker": os.environ.get("MARKER", "")}


def switch(body):
    wish = json.loads(body)
    held.append(bytearray(os.urandom(1024)) * (1024 * int(wish.pop("allocate_mib", 0))))
    settings.update(wish)
    return 200, settings


async def answer(method, path, headers, body, reader):
    if path == "/score":
        return await score(headers, body, reader)
    if method == "POST" and path == "/switch":
        return switch(body)
    if path == "/counters":
        return 200, {**counters, "startedIds": started_ids}
    return (200, {"ready": True}) if path == "/" else (404, {})


async def serve(reader, writer):
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path = head[0].split(" ")[:2]
        headers = {key.strip().lower(): value.strip() for key, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        answered = await answer(method, path, headers, body, reader)
        if answered is not None:
            status, document = answered
            text = json.dumps(document).encode()
            fields = f"content-type: application/json\r\ncontent-length: {len(text)}\r\nx-instance: {name}\r\nconnection: close\r\n\r\n"
            writer.write(f"HTTP/1.1 {status} .\r\n{fields}".encode() + text)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    background = asyncio.ensure_future(flood())
    server = await asyncio.start_server(serve, "0.0.0.0", 8000, backlog=1024)
    print("the model serves", flush=True)
    await asyncio.gather(background, server.serve_forever())


asyncio.run(main())
