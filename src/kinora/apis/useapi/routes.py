"""The dialect's operations: one table, from which the routes are made."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute, Route

from kinora.apis.useapi import wire
from kinora.apis.useapi.accounts import Accounts
from kinora.apis.useapi.desk import Handler, answering
from kinora.apis.useapi.features import Templates
from kinora.apis.useapi.files import Files
from kinora.apis.useapi.keepers import Keepers
from kinora.apis.useapi.makers import Makers
from kinora.apis.useapi.names import Kind
from kinora.apis.useapi.owner import Owner
from kinora.apis.useapi.readers import Readers
from kinora.apis.useapi.songs import Songs
from kinora.apis.useapi.speaking import Speaking

PREFIX = "/v2/pixverse"
OWNER = "/v2/account"
"""The one operation that callers of the hosted service find outside the prefix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything that answers."""

    makers: Makers
    readers: Readers
    keepers: Keepers
    files: Files
    templates: Templates
    songs: Songs
    accounts: Accounts
    owner: Owner


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `aliases` are older paths that clients still use."""

    method: str
    path: str
    handler: Handler
    aliases: Sequence[str] = ()


def operations(house: House) -> list[Operation]:
    """Return the 40 operations; those with a fixed path come before those with a name in it."""
    return [*_making(house), *_listing(house), *_reading(house)]


def routes(house: House) -> list[BaseRoute]:
    """Return the dialect's routes, each with and without a slash at its end, none redirecting."""
    return [
        Route(
            PREFIX + path + slash,
            answering(operation.handler),
            methods=[operation.method],
            name=f"useapi:{operation.method} {operation.path}",
        )
        for operation in operations(house)
        for path in (operation.path, *operation.aliases)
        for slash in ("", "/")
    ]


def owner_routes(house: House) -> list[BaseRoute]:
    """Return what is served outside the prefix."""
    return [
        Route(OWNER + slash, answering(handler), methods=[method], name=f"useapi:{method} {OWNER}")
        for method, handler in (("GET", house.owner.shown), ("POST", house.owner.changed))
        for slash in ("", "/")
    ]


def _making(house: House) -> list[Operation]:
    make = house.makers.making
    return [
        Operation("POST", "/files", house.files.upload),
        Operation("POST", "/videos/create", make(wire.CreateBody), _older("create")),
        Operation("POST", "/videos/create-frames", make(wire.FramesBody), _older("create-frames")),
        Operation("POST", "/videos/create-transition", make(wire.TransitionBody)),
        Operation("POST", "/videos/create-fusion", make(wire.FusionBody)),
        Operation("POST", "/videos/motion-control", make(wire.MotionBody)),
        Operation("POST", "/videos/extend", make(wire.ExtendBody), _older("extend")),
        Operation("POST", "/videos/modify", make(wire.ModifyBody)),
        Operation("POST", "/videos/restyle", make(wire.RestyleBody), _older("restyle")),
        Operation("POST", "/videos/upscale", make(wire.UpscaleBody)),
        Operation("POST", "/videos/lipsync", make(wire.LipsyncBody)),
        Operation("POST", "/images/create", house.makers.images),
        Operation("POST", "/music/create", make(wire.MusicBody)),
        Operation("POST", "/speech/create", make(wire.SpeechBody)),
        Operation("POST", "/music-video/create", make(wire.MusicVideoBody)),
        Operation("POST", "/accounts/{email}", house.accounts.keep),
        Operation("DELETE", "/accounts/{email}", house.accounts.forget),
    ]


def _listing(house: House) -> list[Operation]:
    keep, read = house.keepers, house.readers
    spoken = Speaking(keep.desk, house.makers.offer, keep.own_voices)
    return [
        Operation("GET", "/accounts", house.accounts.all),
        Operation("GET", "/features", keep.features),
        Operation("GET", "/videos", read.videos),
        Operation("GET", "/videos/voices", keep.voices),
        Operation("GET", "/videos/effects", house.templates.effects),
        Operation("GET", "/videos/restyles", keep.restyles),
        Operation("GET", "/images", read.images),
        Operation("GET", "/music", read.sounds(Kind.MUSIC)),
        Operation("GET", "/speech", read.sounds(Kind.SPEECH)),
        Operation("GET", "/speech/voices", spoken.voices),
        Operation("GET", "/speech/models", spoken.models),
        Operation("GET", "/music-video", house.songs.page),
        Operation("GET", "/scheduler", keep.scheduler),
        Operation("GET", "/scheduler/available", keep.available),
    ]


def _reading(house: House) -> list[Operation]:
    keep, read = house.keepers, house.readers
    return [
        Operation("GET", "/accounts/{email}", house.accounts.one),
        Operation("GET", "/videos/{id}", read.video),
        Operation("DELETE", "/videos/{id}", read.delete_video),
        Operation("GET", "/images/{id}", read.image),
        Operation("DELETE", "/images/{id}", read.delete_image),
        Operation("GET", "/music/{id}", read.sound(Kind.MUSIC)),
        Operation("GET", "/speech/{id}", read.sound(Kind.SPEECH)),
        Operation("GET", "/music-video/{id}", house.songs.one),
        Operation("DELETE", "/scheduler/{id}", keep.give_up),
    ]


def _older(name: str) -> tuple[str, str]:
    return f"/videos/{name}-v3", f"/videos/{name}-v4"
