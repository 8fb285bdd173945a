import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.discord.sniffing import media_type_of
from tests.builders.pictures import AVIF, LOTTIE, PICTURES


@pytest.mark.parametrize("media_type", PICTURES)
def test_a_picture_is_what_stands_in_its_bytes(media_type: str) -> None:
    assert media_type_of(PICTURES[media_type]) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html>",
        b"GIF88a",
        b"RIFF\x00\x00\x00\x00WAVE",
        AVIF.replace(b"avif", b"heic"),
        b"{}",
        b"{" * 5000,
        b'{"v": "5", "layers": \xff}',
        b"[" + LOTTIE + b"]",
        b'"image/png"',
        msgspec.json.encode(msgspec.json.decode(LOTTIE) | {"layers": "none"}),
    ],
)
def test_what_is_no_picture_is_none(content: bytes) -> None:
    assert media_type_of(content) is None


@given(st.binary(max_size=40))
def test_any_bytes_are_judged_and_a_tail_changes_nothing_of_a_raster_picture(tail: bytes) -> None:
    media_type_of(tail)
    for media_type in ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"):
        assert media_type_of(PICTURES[media_type] + tail) == media_type
