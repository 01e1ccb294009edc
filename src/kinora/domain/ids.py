"""Identities. All are integers below 2**53, so that JavaScript clients can hold them."""

from typing import NewType

AccountId = NewType("AccountId", int)
KeyId = NewType("KeyId", int)
JobId = NewType("JobId", int)
AssetId = NewType("AssetId", int)
VoiceId = NewType("VoiceId", int)
EndpointId = NewType("EndpointId", int)
DeliveryId = NewType("DeliveryId", int)

MAX_ID = 2**53 - 1
