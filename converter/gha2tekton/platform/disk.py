"""Putting a platform on disk: it is its owners' from then on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def changed(files: Mapping[str, str], directory: Path) -> list[str]:
    """The files that lie there with another content, which may be their owners' work."""
    return [name for name, text in files.items() if (directory / name).is_file() and _read(directory / name) != text]


def write(files: Mapping[str, str], directory: Path) -> bool:
    """Write what is not there yet or differs; False when every byte was there already. Other files stay untouched."""
    missing = {name: text for name, text in files.items() if _read(directory / name) != text}
    for name, text in missing.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if text.startswith("#!"):
            path.chmod(0o755)
    return bool(missing)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
