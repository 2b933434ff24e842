"""Drives the server with the official Python client and prints what it saw, as one JSON object.

    client.py MODE stdio PROGRAM
    client.py MODE http URL

MODE is the client's: legacy says hello first, auto prefers the stateless revision. The provider behind the server is expected to
answer a debate's opening and to keep silent afterwards, so that there is something to call off.
"""

import asyncio
import json
import os
import sys

from mcp import Client, StdioServerParameters
from mcp.shared.exceptions import MCPError

QUESTION = {"topic": "Should we move?", "options": ["Yes", "No"]}
PATIENCE_S = 20


async def called_off(client):
    """Starts a debate, calls it off once the opening is over, and returns the session that is left open."""
    over = asyncio.Event()

    async def on_progress(progress, total, message):
        if message and "closed, agreement" in message:
            over.set()

    call = asyncio.create_task(client.call_tool("start_roundtable", QUESTION, progress_callback=on_progress))
    await asyncio.wait_for(over.wait(), PATIENCE_S)
    call.cancel()
    try:
        await call
    except asyncio.CancelledError:
        pass
    for _ in range(100):
        listed = await client.call_tool("list_sessions", {"status": "open"})
        if listed.structured_content["sessions"]:
            return listed.structured_content["sessions"][0]["session"]
        await asyncio.sleep(0.05)
    raise SystemExit("the debate that was called off still runs")


async def main(mode, transport, place):
    server = StdioServerParameters(command=place, args=["mcp"], env=dict(os.environ)) if transport == "stdio" else place
    heard = []

    async def on_progress(progress, total, message):
        heard.append((progress, total, message))

    async with Client(server, mode=mode) as client:
        tools = await client.list_tools()
        outcome = await client.call_tool(
            "start_roundtable", {**QUESTION, "rehearse": True}, progress_callback=on_progress
        )
        session = outcome.structured_content["session"]
        wrong = await client.call_tool("start_roundtable", {"topic": 7})
        resources = await client.list_resources()
        templates = await client.list_resource_templates()
        record = await client.read_resource(f"roundtable://session/{session}")
        prompts = await client.list_prompts()
        prompt = await client.get_prompt("adversarial", {"topic": "Should we move?"})
        try:
            await client.read_resource("roundtable://session/none")
            missing = None
        except MCPError as error:
            missing = error.error.code
        seen = {
            "revision": client.protocol_version,
            "server": client.server_info.name,
            "tools": [tool.name for tool in tools.tools],
            "status": outcome.structured_content["status"],
            "text": outcome.content[0].text,
            "wrong": wrong.structured_content["error"]["message"],
            "wrong_is_error": wrong.is_error,
            "resources": len(resources.resources),
            "templates": len(templates.resource_templates),
            "record": record.contents[0].text,
            "prompts": len(prompts.prompts),
            "prompt": prompt.messages[0].content.text,
            "missing": missing,
            "progress": heard,
            "left_open": await called_off(client),
        }
    print(json.dumps(seen))


asyncio.run(main(*sys.argv[1:]))
