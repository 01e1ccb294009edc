"""Voices in SQL."""

import sqlite3
from collections.abc import Sequence

from kinora.adapters.db.rows import micros, moment
from kinora.adapters.db.statements import Connection
from kinora.domain.ids import AccountId, AssetId, VoiceId
from kinora.domain.voice import Voice


class SqlVoices:
    """Voices of accounts' own."""

    def __init__(self, db: Connection) -> None:
        """Work on a connection."""
        self._db = db

    async def add(self, voice: Voice) -> None:
        """Keep a new voice."""
        self._db.run(
            "add_voice",
            {
                "id": voice.id,
                "account": voice.account,
                "name": voice.name,
                "sound": voice.sound,
                "created_at": micros(voice.created_at),
            },
        )

    async def get(self, voice: VoiceId) -> Voice | None:
        """Return the voice."""
        row = self._db.one("get_voice", {"id": voice})
        return _voice(row) if row else None

    async def of_account(self, account: AccountId) -> Sequence[Voice]:
        """Return an account's voices, oldest first."""
        return [_voice(row) for row in self._db.all("voices_of", {"account": account})]

    async def drop(self, voice: VoiceId, *, account: AccountId) -> bool:
        """Forget a voice; False when the account has none with this id."""
        return self._db.run("drop_voice", {"id": voice, "account": account}) > 0


def _voice(row: sqlite3.Row) -> Voice:
    return Voice(
        id=VoiceId(row["id"]),
        account=AccountId(row["account"]),
        name=row["name"],
        sound=AssetId(row["sound"]),
        created_at=moment(row["created_at"]),
    )
