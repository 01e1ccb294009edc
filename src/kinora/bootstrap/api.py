"""The HTTP side, built: every door over one store."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from starlette.applications import Starlette
from starlette.types import ASGIApp

from kinora.adapters.fetch import SafeFetcher
from kinora.adapters.media.gate import GuardedImageGate
from kinora.apis.media.routes import routes as media_routes
from kinora.apis.native.health import Health
from kinora.apis.native.health import routes as health_routes
from kinora.apis.pixverse.errors import crash as pixverse_crash
from kinora.apis.pixverse.routes import Door
from kinora.apis.pixverse.routes import routes as pixverse_routes
from kinora.bootstrap.dispatcher import HEARTBEAT
from kinora.bootstrap.ground import Ground
from kinora.catalog.book import load
from kinora.domain.errors import Overloaded
from kinora.domain.job import Job
from kinora.domain.order import Order
from kinora.domain.seals import derived
from kinora.usecases.open_account import OpenAccount
from kinora.usecases.read_job import ReadJob
from kinora.usecases.submit_job import Repeat, SubmitJob
from kinora.usecases.upload_image import UploadImage
from kinora.web.asgi import Kit
from kinora.web.links import Links


class Draining:
    """Whether the server is being stopped, and so takes nothing new."""

    def __init__(self) -> None:
        """Begin open."""
        self.begun = False

    def begin(self) -> None:
        """Take nothing new from now on."""
        self.begun = True
