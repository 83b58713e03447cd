"""Take the README's pictures of the demo's reports: the brief, a finding, the funnel, the tree, in both languages.

./run --config 'report={languages: [en, ja]}'; python -m scripts.make_pictures [REPORTS_FOLDER] [PICTURES_FOLDER]

Needs Chromium and the packages of the tests; for Japanese also a font such as Debian's fonts-noto-cjk.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

CAPTURE = "stuxnet-reconstruction"
#: What to show of a page.
PICTURES = {"brief": ".p-brief", "finding": "#finding-5", "funnel": "#funnel", "tree": "#tree"}
STEMS = {"en": "report", "ja": "report.ja"}
#: So narrow that the contents stand above the text and not beside it.
WIDTH = 900
#: Nothing lies over what is shown, and a margin stands around it.
ALONE = ".bar { display: none } main { padding: 1rem !important }"


def main(arguments: list[str]) -> int:
    """0; 1 where there is no Chromium."""
    reports, pictures = [Path(one) for one in arguments] or [Path("reports"), Path("docs/pictures")]
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("The pictures need Chromium: apt-get install chromium", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for language, stem in STEMS.items():
            page = chromium.new_page(
                viewport={"width": WIDTH, "height": 800}, device_scale_factor=1.2, bypass_csp=True
            )
            page.goto((reports / CAPTURE / f"{stem}.html").resolve().as_uri())
            for name, element in PICTURES.items():
                file = pictures / (f"{name}.png" if language == "en" else f"{name}.{language}.png")
                page.locator(element).screenshot(path=file, style=ALONE)
        chromium.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
