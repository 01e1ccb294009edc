"""Python client for Kinora servers: sync and async, over HTTP only."""

from kinora_client.answers import Balance, Result, Submitted, Template, Uploaded, UploadedMedia
from kinora_client.client import AsyncKinora, Kinora
from kinora_client.errors import JobFailed, KinoraRefused

__all__ = [
    "AsyncKinora",
    "Balance",
    "JobFailed",
    "Kinora",
    "KinoraRefused",
    "Result",
    "Submitted",
    "Template",
    "Uploaded",
    "UploadedMedia",
]
