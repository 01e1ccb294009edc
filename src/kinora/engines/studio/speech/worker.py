"""Speaks one text with espeak-ng, and ends: `python -m kinora.engines.studio.speech.worker`.

Reads a JSON line from standard input, writes a JSON line and then 16-bit samples to standard
output. It runs once in a process of its own because the library's random numbers can be seeded
only once in a process, and because it is under another licence (GPL-3) than the rest.
"""

import ctypes
import json
import sys
from typing import Any

RETRIEVAL = 1
PHONEMES_IN_IPA = 3
"""Events for phonemes, named in IPA."""

UTF8 = 1
IN_IPA, TIED = 0x02, 0x80
RATE, PITCH, RANGE = 1, 3, 4
PHONEME = 7
END = 0


class _Name(ctypes.Union):
    _fields_ = (
        ("number", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("string", ctypes.c_char * 8),
    )


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Name),
    )


def speak(asked: dict[str, Any]) -> tuple[int, list[tuple[int, str]], bytes]:
    """Return the rate of samples, phonemes with their milliseconds, and the samples."""
    import espeakng_loader  # noqa: PLC0415 - an extra that need not be there

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    data = espeakng_loader.get_data_path().encode()
    rate = int(library.espeak_Initialize(RETRIEVAL, 0, data, PHONEMES_IN_IPA))
    # At once and once only: otherwise the same words sound different each time.
    library.espeak_ng_SetRandSeed(ctypes.c_long(int(asked["seed"])))
    samples: list[bytes] = []
    phonemes: list[tuple[int, str]] = []

    def take(wave: Any, count: int, events: Any) -> int:
        if wave and count > 0:
            samples.append(ctypes.string_at(wave, count * 2))
        at = 0
        while events[at].type != END:
            if events[at].type == PHONEME:
                name = events[at].id.string.decode("utf-8", "ignore")
                phonemes.append((events[at].audio_position, name))
            at += 1
        return 0

    kind = ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
    )
    kept = kind(take)
    library.espeak_SetSynthCallback(kept)
    if library.espeak_SetVoiceByName(str(asked["voice"]).encode()):
        raise LookupError(asked["voice"])
    for number, value in ((RATE, "rate"), (PITCH, "pitch"), (RANGE, "range")):
        library.espeak_SetParameter(number, int(asked[value]), 0)
    text = str(asked["text"]).encode()
    library.espeak_Synth(text, len(text) + 1, 0, 1, 0, UTF8, None, None)
    library.espeak_Synchronize()
    return rate, phonemes, b"".join(samples)


def spell(asked: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a text's clauses: each in IPA, and as it is written, with its stop.

    A `tie` is written between the letters of one sound.
    """
    import espeakng_loader  # noqa: PLC0415 - an extra that need not be there

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Initialize(RETRIEVAL, 0, espeakng_loader.get_data_path().encode(), 0)
    if library.espeak_SetVoiceByName(str(asked["voice"]).encode()):
        raise LookupError(asked["voice"])
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_int)
    text = ctypes.create_string_buffer(str(asked["text"]).encode())
    begin = ctypes.addressof(text)
    place = ctypes.c_void_p(begin)
    tie = str(asked.get("tie", ""))
    form = IN_IPA | (TIED | ord(tie) << 8 if tie else 0)
    clauses: list[tuple[str, str]] = []
    at = 0
    while place.value:
        told = library.espeak_TextToPhonemes(ctypes.byref(place), UTF8, form)
        # The library says only where it goes on: what lies before is the clause as written.
        end = place.value - begin if place.value else len(text) - 1
        written = text.raw[at:end].decode("utf-8", "ignore")
        clauses.append(((told or b"").decode("utf-8", "ignore"), written))
        at = end
    return clauses


def main() -> None:
    """Speak what standard input asks for, or only spell it."""
    asked = json.loads(sys.stdin.buffer.read())
    if asked.get("spell"):
        sys.stdout.buffer.write(json.dumps({"clauses": spell(asked)}).encode() + b"\n")
        return
    rate, phonemes, samples = speak(asked)
    told = {"rate": rate, "phonemes": phonemes}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + samples)


if __name__ == "__main__":
    main()
