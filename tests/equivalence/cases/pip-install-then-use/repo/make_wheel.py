"""Writes a small wheel without any build tool."""

import sys
import zipfile
from pathlib import Path

NAME = "greeting-1.0.dist-info"
FILES = {
    "greeting.py": 'def hello(who):\n    return "hello " + who\n\n\ndef main():\n    print(hello("there"))\n',
    f"{NAME}/METADATA": "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n",
    f"{NAME}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{NAME}/entry_points.txt": "[console_scripts]\ngreet = greeting:main\n",
}
target = Path(sys.argv[1])
target.mkdir()
with zipfile.ZipFile(target / "greeting-1.0-py3-none-any.whl", "w") as wheel:
    for name, text in FILES.items():
        wheel.writestr(zipfile.ZipInfo(name), text)
    wheel.writestr(zipfile.ZipInfo(f"{NAME}/RECORD"), "".join(f"{name},,\n" for name in [*FILES, f"{NAME}/RECORD"]))
