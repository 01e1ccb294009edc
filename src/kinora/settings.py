"""Every setting, where it comes from, and nothing else reads the environment.

A value is taken from the command line, else from `KINORA_<NAME>`, else from `kinora.toml` in the
working folder (or the file that `KINORA_CONFIG` names), else from the default here.
"""

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from kinora.domain.keeping import LONGEST_DAYS, Keeping
from kinora.domain.keys import TEST_PREFIX
from kinora.domain.quota import Quota

PREFIX = "KINORA_"
CHOICES = {
    "log_format": ("auto", "human", "json"),
    "provenance": ("auto", "signed", "off"),
    "engine": ("studio", "testcard"),
    "log_level": ("debug", "info", "warning", "error"),
}
LONGEST_SPAN = 1_000_000
SHORTEST_KEY = 16
MOST_APIS = 6
"""Ids tell eight processes apart; two are the dispatcher and the command line."""

RANGES = {
    "port": (0, 65_535),
    "api_processes": (1, MOST_APIS),
    "engines": (0, 1024),
    "threads": (0, 1024),
    "grace": (0, LONGEST_SPAN),
    "stall": (0, LONGEST_SPAN),
    "engine_memory": (0, 1 << 40),
    "engine_minutes": (0, LONGEST_SPAN),
    "place_minutes": (0, LONGEST_SPAN),
    "refund_hours": (0, LONGEST_SPAN),
    "queue_limit": (0, 1 << 40),
    "longest_wait": (0, 1 << 40),
    "link_days": (1, LONGEST_DAYS),
    "keep_results_days": (0, LONGEST_DAYS),
    "keep_uploads_days": (0, LONGEST_DAYS),
}
"""From where to where a number may go; 0 of the last two is for ever."""

LISTS = ("allowed_networks", "inactive_templates", "trusted_proxies")
POSITIVE = (
    "stall",
    "rate_burst",
    "connections",
    "connections_per_address",
    "head_seconds",
    "body_seconds",
    "body_rate",
    "uploads_at_once",
)
NOT_NEGATIVE = (
    "rate_per_key",
    "rate_per_address",
    "rate_failures",
    "quota_bytes",
    "quota_uploads",
    "quota_fetches",
)


class BadSettings(ValueError):
    """A setting has a value that cannot be used; the text names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this server is to run.

    host: Address to listen on.
    port: Port to listen on; 0 takes a free one.
    data: Folder that holds everything: database, media, secrets.
    cache: Folder for compiled kernels; empty means the user's cache folder.
    public_url: Base of the links in answers; empty means the address the caller used.
    bootstrap_key: Secret of the default account's first key; empty means a random one.
    allowed_networks: Private networks (CIDR) that links, webhooks and upstreams may lead to.
    api_processes: How many processes answer HTTP.
    engines: How many engine processes run jobs; 0 means one for each two cores.
    threads: Threads of each engine process; 0 means its share of the cores.
    grace: Seconds that running jobs get to finish when the server is told to stop.
    metrics_token: Bearer token of /metrics; empty means the one kept in the data folder.
    inactive_templates: Names of templates that nobody may use.
    templates: A file of templates beside, or in place of, those that ship with Kinora.
    speech_voices: A folder of neural voices (Piper, Kokoro); empty means none.
    provenance: `auto` signs results when the extra is installed, `signed` insists, `off` never.
    provenance_folder: Folder with signing-key.pem and signing-chain.pem; empty: data folder.
    moderation_rules: A file of moderation rules; empty means those that ship with Kinora.
    engine: `studio`, or `testcard` for tests of what is around an engine.
    walls: Whether engines run inside walls: no network, no files but their own.
    engine_memory: Megabytes of address space of an engine process; 0 is no limit.
    engine_minutes: Minutes of processor time that a job may take; 0 is no limit.
    stall: Seconds without a sign of life after which an engine, or a part of the server, is killed.
    faults: Folder in which tests lay out faults; empty means that none can happen.
    place_minutes: After how many minutes a job frees its place; 0 means only when it ends.
    refund_hours: After how many hours a job fails and is paid back; 0 means never.
    queue_limit: Jobs that may wait at once, of all accounts; 0 means any number.
    longest_wait: Seconds that a job may wait before it fails, paid back; 0 means for ever.
    link_days: How many days a media link stays good.
    keep_results_days: How many days results are kept; 0 is for ever.
    keep_uploads_days: How many days uploads are kept; 0 is for ever.
    rate_per_key: Calls a second that a key may make, over all API processes; 0 is no limit.
    rate_per_address: Calls a second that an address may make; 0 is no limit.
    rate_failures: Calls a second with keys that open nothing, from one address; 0 is no limit.
    rate_burst: How many seconds' worth of calls may come at once.
    trusted_proxies: Networks (CIDR) of proxies whose X-Forwarded-For is believed.
    connections: Connections that an API process holds open at the most.
    connections_per_address: Connections of one address to an API process.
    head_seconds: Seconds in which a request's head must have come.
    body_seconds: Seconds that a body may be silent or slow in all, besides one for each body_rate.
    body_rate: Bytes a second at which a body must come, or an answer be taken.
    quota_bytes: Bytes of media that an account may keep; 0 is no limit.
    quota_uploads: Files that an account may upload in a day (UTC); 0 is no limit.
    quota_fetches: Links that an account may have fetched in a minute; 0 is no limit.
    uploads_at_once: Files that an API process takes in at the same time.
    log_format: `auto`, `human` or `json`.
    log_level: `debug`, `info`, `warning` or `error`.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    data: Path = Path("kinora-data")
    cache: str = ""
    public_url: str = ""
    bootstrap_key: str = ""
    allowed_networks: tuple[str, ...] = ()
    api_processes: int = 1
    engines: int = 0
    threads: int = 0
    grace: float = 20.0
    metrics_token: str = ""
    inactive_templates: tuple[str, ...] = ()
    templates: str = ""
    speech_voices: str = ""
    provenance: str = "auto"
    provenance_folder: str = ""
    moderation_rules: str = ""
    engine: str = "studio"
    walls: bool = True
    engine_memory: int = 8192
    engine_minutes: int = 120
    stall: float = 180.0
    faults: str = ""
    place_minutes: float = 10
    refund_hours: float = 2
    queue_limit: int = 100_000
    longest_wait: int = 0
    link_days: int = 7
    keep_results_days: int = 0
    keep_uploads_days: int = 0
    rate_per_key: float = 1000.0
    rate_per_address: float = 2000.0
    rate_failures: float = 5.0
    rate_burst: float = 10.0
    trusted_proxies: tuple[str, ...] = ()
    connections: int = 4000
    connections_per_address: int = 1000
    head_seconds: float = 30.0
    body_seconds: float = 30.0
    body_rate: float = 1024.0
    quota_bytes: int = 0
    quota_uploads: int = 0
    quota_fetches: int = 120
    uploads_at_once: int = 64
    log_format: str = "auto"
    log_level: str = "info"

    @property
    def networks(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """The private networks that links may be fetched from."""
        return tuple(ipaddress.ip_network(network) for network in self.allowed_networks)

    @property
    def voices(self) -> Path | None:
        """The folder of an operator's own voices, if there is one."""
        return Path(self.speech_voices).absolute() if self.speech_voices else None

    @property
    def proxies(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """The networks of proxies that are believed."""
        return tuple(ipaddress.ip_network(network) for network in self.trusted_proxies)

    @property
    def quota(self) -> Quota:
        """What each account may keep and do."""
        return Quota(kept=self.quota_bytes, uploads=self.quota_uploads, fetches=self.quota_fetches)

    def address(self, port: int) -> str:
        """Return the address of a server on this host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{port}"

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data / "kinora.sqlite3"

    @property
    def keeping(self) -> Keeping:
        """How long media is kept where no rule says otherwise."""
        return Keeping(results=self.keep_results_days, uploads=self.keep_uploads_days)

    @property
    def engine_count(self) -> int:
        """How many engine processes to run."""
        return self.engines or max(1, _cores() // 2)

    @property
    def engine_threads(self) -> int:
        """How many threads each engine process may use."""
        return self.threads or max(1, _cores() // self.engine_count)

    @property
    def kernels(self) -> Path:
        """Where compiled kernels are kept between runs."""
        return _first_writable(
            Path(self.cache) if self.cache else _user_cache() / "kinora", self.data / "cache"
        )


def read_settings(given: Mapping[str, Any]) -> Settings:
    """Return the settings, `given` (from the command line, None where not given) first.

    Raises BadSettings.
    """
    values: dict[str, Any] = {}
    for field in fields(Settings):
        for source in (given.get(field.name), _from_environment(field.name)):
            if source is not None and field.name not in values:
                values[field.name] = source
    return _checked(_from_file() | values)


def encode(settings: Settings) -> bytes:
    """Return settings as one line, for a child process."""
    return msgspec.json.encode(settings, enc_hook=str)


def decode(line: bytes) -> Settings:
    """Read settings from a line that `encode` made."""
    return _checked(msgspec.json.decode(line))


def environment(**extra: str) -> dict[str, str]:
    """Return the environment for a child process, without our secrets, with `extra`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return inherited | extra


def _checked(values: dict[str, Any]) -> Settings:
    values = {
        name: str(value) if isinstance(value, Path) else value for name, value in values.items()
    }
    try:
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=_to_path)
        _ = settings.networks, settings.proxies
    except ValueError as error:
        raise BadSettings(f"bad setting: {str(error).replace('`$.', '`')}") from None
    _check_numbers(settings)
    for name, allowed in CHOICES.items():
        if getattr(settings, name) not in allowed:
            *first, last = allowed
            raise BadSettings(f"bad setting: {name} must be {', '.join(first)} or {last}")
    _check_folders(settings)
    _check_words(settings)
    return settings


def _check_words(settings: Settings) -> None:
    if not settings.host or not _plain(settings.host):
        # No name at all would be all addresses to the system, and the server open to everyone.
        raise BadSettings("bad setting: host must be an address; 0.0.0.0 or :: is all of them")
    key = settings.bootstrap_key
    if key.startswith(TEST_PREFIX):
        raise BadSettings(f"bad setting: bootstrap_key must not begin with {TEST_PREFIX}")
    if key and (len(key) < SHORTEST_KEY or not _plain(key)):
        text = f"{SHORTEST_KEY} or more letters, digits and signs of ASCII"
        raise BadSettings(f"bad setting: bootstrap_key must have {text}")
    if not _plain(settings.metrics_token):
        raise BadSettings("bad setting: metrics_token must be of ASCII, without spaces")
    if settings.public_url and not _is_base(settings.public_url):
        text = "such as https://media.example.com"
        raise BadSettings(f"bad setting: public_url must be an http or https URL, {text}")


def _plain(text: str) -> bool:
    """Tell whether a text can stand in a header as it is, or is an empty one."""
    return text.isascii() and text.isprintable() and " " not in text


def _is_base(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    named = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return named and _plain(text) and not (parts.query or parts.fragment)


def _check_folders(settings: Settings) -> None:
    if settings.voices and not settings.voices.is_dir():
        raise BadSettings(f"bad setting: speech_voices: there is no folder {settings.voices}")


def _check_numbers(settings: Settings) -> None:
    for name, (least, most) in RANGES.items():
        if not least <= getattr(settings, name) <= most:
            raise BadSettings(f"bad setting: {name} must be from {least} to {most}")
    for name in (*POSITIVE, *NOT_NEGATIVE):
        value = getattr(settings, name)
        if not isfinite(value) or value < 0 or (value == 0 and name in POSITIVE):
            raise BadSettings(f"bad setting: {name} must be {_WORDS[name in POSITIVE]}")


_WORDS = ("0, for no limit, or a number above 0", "a number above 0")


def _to_path(kind: type, value: Any) -> Any:
    return Path(value) if kind is Path else value


def _from_environment(name: str) -> str | list[str] | None:
    value = os.environ.get(PREFIX + name.upper())
    if value is not None and name in LISTS:
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _from_file() -> dict[str, Any]:
    named = os.environ.get(PREFIX + "CONFIG", "")
    path = Path(named or "kinora.toml")
    if not named and not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        # One that was named and cannot be read must not pass for one without settings.
        raise BadSettings(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise BadSettings(f"{path}: {error}") from None
    unknown = values.keys() - {field.name for field in fields(Settings)}
    if unknown:
        raise BadSettings(f"{path}: unknown setting {', '.join(sorted(unknown))}")
    return values


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _first_writable(*folders: Path) -> Path:
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return folders[-1]


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
