"""The speakers of the dialect: ids and names as its public list has them."""

from kinora.domain.errors import Invalid

SPEAKERS: tuple[tuple[str, str], ...] = (
    ("7", "Harper"),
    ("8", "Ava"),
    ("3", "Isabella"),
    ("9", "Sophia"),
    ("1", "Emily"),
    ("5", "Chloe"),
    ("10", "Julia"),
    ("11", "Mason"),
    ("12", "Jack"),
    ("4", "Liam"),
    ("2", "James"),
    ("13", "Oliver"),
    ("6", "Adrian"),
    ("14", "Ethan"),
    ("Auto", "Auto"),
)
AUTO = "auto"
IDS = {number for number, _ in SPEAKERS}


def speaker_of(given: str) -> str:
    """Return the product's name of a speaker; raise Invalid for one that is not on the list."""
    if given.lower() in ("", AUTO):
        return AUTO
    if given not in IDS:
        raise Invalid(
            "lip_sync_tts_speaker_id: speaker id invalid; see video/lip_sync/tts_list, or auto"
        )
    return given
