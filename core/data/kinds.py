"""What a file is, told by its name and its first bytes, before anything tries to open it."""

from __future__ import annotations

READABLE = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".gif", ".bmp", ".dib", ".webp",
     ".tif", ".tiff", ".avif", ".pbm", ".pgm", ".ppm", ".pnm")
)  # fmt: skip
# Pictures by name that are not decoded; they are tried all the same, so that a reason is given.
OTHER_PICTURES = frozenset(
    (".heic", ".heif", ".jp2", ".j2k", ".jxl", ".psd", ".svg", ".ico", ".tga", ".exr", ".hdr",
     ".dng", ".cr2", ".nef", ".arw")
)  # fmt: skip
PICTURES = READABLE | OTHER_PICTURES
VIDEOS = frozenset((".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg", ".ogv"))
MESHES = frozenset((".obj", ".ply", ".stl", ".off", ".gltf", ".glb", ".splat"))

SNIFFED = 512  # bytes of a file that are enough for `describe_start`

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"BM", "a BMP image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"8BPS", "a Photoshop document"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image"),
    (b"\xff\x0a", "a JPEG XL image"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL image"),
    (b"{", "JSON text"),
    (b"version https://git-lfs", "a Git LFS pointer, not the file itself"),
)


def suffix_of(name: str) -> str:
    """The last suffix of a file name in lower case, with its dot; empty where there is none."""
    last = name.rsplit("/", 1)[-1]
    stem, dot, suffix = last.rpartition(".")
    return dot + suffix.lower() if stem else ""


def describe_start(start: bytes) -> str:
    """What a file that begins so most likely is, as a noun phrase; empty where nothing is known."""
    for magic, what in _STARTS:
        if start.startswith(magic):
            return what
    if start[:4] == b"RIFF":
        return "a WebP image" if start[8:12] == b"WEBP" else "an AVI video or a sound"
    if start[4:8] == b"ftyp":
        return _describe_brand(start[8:12])
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head")):
        return "a web page"
    if text.startswith((b"<svg", b"<?xml")):
        return "an SVG drawing or other XML text"
    return "plain text" if start and _is_text(start) else ""


def _describe_brand(brand: bytes) -> str:
    """ISO base media files (ISO 14496-12) name their kind in the brand after `ftyp`."""
    if brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1"):
        return "a HEIC image"
    return "an AVIF image" if brand in (b"avif", b"avis") else "a video"


def _is_text(start: bytes) -> bool:
    return all(byte >= 32 or byte in b"\t\r\n" for byte in start) and start.isascii()
