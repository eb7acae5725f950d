"""Reads a channel with Telethon and with Kurigram, unmodified, and compares with the description file.

    read.py DESCRIBE.json [TRANSPORT...]     Full, Abridged, Intermediate, Obfuscated; without any: all

Telethon reads once with the key from the file and once more after a key exchange of its own (then it is asked to sign
in, which shows that the exchange worked); over each transport. Kurigram reads with the key. Both must see
the rows whose digest the file names; Telethon also reads official statistics through its own STATS_MIGRATE handling.
"""

import asyncio
import hashlib
import json
import sys
import tempfile
from pathlib import Path

# the clients' ciphers are written in Python, and the machine may be busy
PATIENCE_SECONDS = 120
TRANSPORTS = ["Full", "Abridged", "Intermediate", "Obfuscated"]


def digest(rows):
    lines = sorted(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def row(message):
    """Of a raw message; both clients generate the same names from the schema."""
    reactions = sum(result.count for result in message.reactions.results) if message.reactions else 0
    replies = message.replies.replies if message.replies else 0
    date = message.date if isinstance(message.date, int) else int(message.date.timestamp())
    return [message.id, date, message.views or 0, message.forwards or 0, reactions, replies, message.message]


def expect(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: {found}, expected {expected}")
    print(f"{what}: {found}")


def compare(who, described, rows):
    expected = described["expect"]
    expect(f"{who}: posts", len(rows), expected["posts"])
    expect(f"{who}: views", sum(row[2] for row in rows), expected["views"])
    expect(f"{who}: digest", digest(rows), expected["rows_sha256"])


# ---- Telethon -------------------------------------------------------------------------------------------------------


def telethon_client(described, connection, key):
    from telethon import TelegramClient
    from telethon.crypto import AuthKey
    from telethon.sessions import MemorySession

    home = next(dc for dc in described["dcs"] if dc["id"] == described["home"])
    session = MemorySession()
    session.set_dc(home["id"], home["host"], home["port"])
    if key:
        session.auth_key = AuthKey(bytes.fromhex(described["auth_key"]))
    return TelegramClient(session, 1, "hash", connection=connection, flood_sleep_threshold=5)


async def telethon_reads(described, connection):
    from telethon import functions, types

    client = telethon_client(described, connection, key=True)
    await client.connect()
    channel = await client.get_input_entity(described["username"])
    full = await client(functions.channels.GetFullChannelRequest(channel))
    expect("Telethon: members", full.full_chat.participants_count, described["expect"]["members"])
    messages = [message async for message in client.iter_messages(channel)]
    expect("Telethon: newest id", messages[0].id, described["expect"]["max_id"])
    rows = [row(message) for message in messages if isinstance(message, types.Message)]
    compare(f"Telethon over {connection.__name__}", described, rows)
    await client.disconnect()


async def telethon_statistics(described):
    from telethon import functions
    from telethon.crypto import rsa
    from telethon.network.connection import ConnectionTcpFull

    # the second data centre is reached by a key exchange of Telethon's own
    rsa.add_key(described["rsa_public_key_pem"], old=False)
    client = telethon_client(described, ConnectionTcpFull, key=True)
    await client.connect()
    stats = await client.get_stats(described["username"])
    growth = json.loads(stats.growth_graph.json.data)
    expect("Telethon: last day of the growth graph", growth["columns"][1][-1], described["expect"]["members"])
    await client.disconnect()

    stranger = telethon_client(described, ConnectionTcpFull, key=False)
    await stranger.connect()
    expect("Telethon: signed in after a key exchange of its own", await stranger.is_user_authorized(), False)
    await stranger(functions.help.GetConfigRequest())
    await stranger.disconnect()


async def telethon(described, transports):
    from telethon.network import connection

    for transport in transports:
        await telethon_reads(described, getattr(connection, f"ConnectionTcp{transport}"))
    if described["stats"]:
        await telethon_statistics(described)


# ---- Kurigram -------------------------------------------------------------------------------------------------------


async def kurigram(described):
    from pyrogram import Client, raw
    from pyrogram.session import Session

    home = next(dc for dc in described["dcs"] if dc["id"] == described["home"])
    with tempfile.TemporaryDirectory() as folder:
        client = Client("reader", api_id=1, api_hash="hash", workdir=folder, in_memory=True, no_updates=True)
        await client.storage.open()
        await client.storage.dc_id(home["id"])
        await client.storage.api_id(1)
        await client.storage.auth_key(bytes.fromhex(described["auth_key"]))
        await client.storage.test_mode(False)
        await client.storage.user_id(1)
        await client.storage.is_bot(False)
        client.session = Session(
            client, home["id"], home["host"], home["port"], bytes.fromhex(described["auth_key"]), False
        )
        await client.session.start()
        peer = await client.session.invoke(raw.functions.contacts.ResolveUsername(username=described["username"]))
        channel = peer.chats[0]
        peer = raw.types.InputPeerChannel(channel_id=channel.id, access_hash=channel.access_hash)
        rows, offset = [], 0
        while True:
            page = await client.session.invoke(
                raw.functions.messages.GetHistory(
                    peer=peer, offset_id=offset, offset_date=0, add_offset=0, limit=100, max_id=0, min_id=0, hash=0
                )
            )
            if not page.messages:
                break
            offset = page.messages[-1].id
            rows += [row(message) for message in page.messages if isinstance(message, raw.types.Message)]
        compare("Kurigram", described, rows)
        await client.session.stop()


async def kurigram_exchanges_keys(described):
    import rsa as plain_rsa
    from pyrogram import Client
    from pyrogram.crypto import rsa
    from pyrogram.session.auth import Auth
    from telethon.crypto.rsa import _compute_fingerprint

    key = plain_rsa.PublicKey.load_pkcs1(described["rsa_public_key_pem"].encode())
    rsa.server_public_keys[_compute_fingerprint(key)] = rsa.PublicKey(key.n, key.e)
    home = next(dc for dc in described["dcs"] if dc["id"] == described["home"])
    client = Client("stranger", api_id=1, api_hash="hash", in_memory=True, no_updates=True)
    agreed = await Auth(client, home["id"], home["host"], home["port"], False).create()
    expect("Kurigram: bytes of a key that it agreed on", len(agreed), 256)


async def main():
    described = json.loads(Path(sys.argv[1]).read_text())
    async with asyncio.timeout(PATIENCE_SECONDS):
        await telethon(described, sys.argv[2:] or TRANSPORTS)
        await kurigram(described)
        await kurigram_exchanges_keys(described)


asyncio.run(main())
