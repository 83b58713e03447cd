"""Take the README's pictures of the demo's reports: the brief, a finding, the funnel, the tree, in both languages.

./run --config 'report={languages: [en, ja]}'; python -m scripts.make_pictures [REPORTS_FOLDER] [PICTURES_FOLDER]

Needs Chromium, and for Japanese a font such as Debian's fonts-noto-cjk.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CAPTURE = "stuxnet-reconstruction"
#: What to show: the element, and its width and height in English and in Japanese.
PICTURES = {
    "brief": (".p-brief", 900, {"en": 1130, "ja": 1130}),
    "finding": ("#finding-5", 900, {"en": 930, "ja": 830}),
    "funnel": ("#funnel", 900, {"en": 360, "ja": 340}),
    "tree": ("#tree", 900, {"en": 400, "ja": 400}),
}
STEMS = {"en": "report", "ja": "report.ja"}


def main(arguments: list[str]) -> int:
    """0; 1 where there is no Chromium or no report."""
    folders = [Path(one) for one in arguments] or [Path("reports"), Path("docs/pictures")]
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("The pictures need Chromium: apt-get install chromium", file=sys.stderr)
        return 1
    for language, stem in STEMS.items():
        page = (folders[0] / CAPTURE / f"{stem}.html").read_text(encoding="utf-8")
        for name, (element, width, heights) in PICTURES.items():
            file = folders[1] / (f"{name}.png" if language == "en" else f"{name}.{language}.png")
            take(browser, alone(page, element), file, width=width, height=heights[language])
    return 0


def alone(page: str, element: str) -> str:
    """The page with ``element`` as all that is seen of it; the policy gives way to a style of our own."""
    hidden = ", ".join(
        (
            f"main > *:not({element}, :has({element}))",
            f"main > :has({element}) > *:not({element})",
            "body > *:not(main)",
        )
    )
    style = (
        f"{hidden} {{ display: none !important }} .page {{ display: block; max-width: none; padding: 0 1.6rem }} "
        f"{element} {{ margin: 1rem 0; padding-top: 0; padding-bottom: 0 }}"
    )
    without = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    return without.replace("</head>", f"<style>{style}</style></head>", 1)


def take(browser: str, page: str, file: Path, *, width: int, height: int) -> None:
    """Write ``page`` as a PNG of ``width`` times ``height`` points."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.html")
        source.write_text(page, encoding="utf-8")
        options = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--force-device-scale-factor=0.85",
            f"--user-data-dir={folder}/p",
        ]
        shot = [f"--window-size={width},{height}", f"--screenshot={file.resolve()}", source.as_uri()]
        subprocess.run([browser, *options, *shot], check=True, capture_output=True)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
