"""Text that a spreadsheet program saved in the code page of a country is read in that one."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from scripts.procmon.contracts.capture import read_capture
from scripts.procmon.sources.code_pages import code_page
from scripts.procmon.sources.convert import convert

WORDS = {
    "cp932": [
        "ドメイン名",
        r"C:\Users\u\Desktop\作業フォルダ",
        "添付ファイル",
        "ソフトウェアの設定",
        "表示能力",
    ],
    "gbk": [r"C:\Users\用户\桌面\新建文件夹", "软件更新程序", "中文输入法", "程序文件"],
    "cp949": [r"C:\Users\사용자\바탕 화면", "다운로드", "프로그램"],
    "cp950": [r"C:\Users\使用者\桌面\新增資料夾", "軟體更新", "程式檔案"],
    "cp1251": [r"C:\Users\Пользователь\Рабочий стол", "Новая папка", "Загрузки"],
    "cp1252": [r"C:\Users\André\Téléchargements", "Übersicht", "España", "O’Brien", "2\u00a0691"],
    "cp1250": [r"C:\Users\Łukasz\Użytkownik", "ścieżka", "příliš žlutý"],
}


def rows(words: list[str]) -> str:
    lines = [f'47:57.9,a.exe,4,WriteFile,{word},SUCCESS,"Offset: 0, Length: 1"' for word in words]
    return "\r\n".join(["Time of Day,Process Name,PID,Operation,Path,Result,Detail", *lines, ""])


@pytest.mark.parametrize(("page", "words"), WORDS.items())
def test_a_code_page_is_known_by_the_letters_that_come_out(page: str, words: list[str]) -> None:
    assert code_page(BytesIO(rows(words).encode(page))) == page


@pytest.mark.parametrize("words", WORDS.values())
def test_utf_8_stays_utf_8(words: list[str]) -> None:
    assert code_page(BytesIO(rows(words).encode())) is None


def test_a_few_broken_places_make_no_code_page() -> None:
    damaged = rows(WORDS["cp932"]).encode() + b"47:57.9,a.exe,4,ReadFile,Volume\xc3\x28,SUCCESS,\r\n"
    assert code_page(BytesIO(damaged)) is None


def test_neither_ascii_nor_noise_is_in_a_code_page() -> None:
    assert code_page(BytesIO(rows(["x"]).encode())) is None
    assert code_page(BytesIO(bytes(range(0x80, 0x100)) * 40)) is None


def test_blanks_between_digits_alone_are_western() -> None:
    assert code_page(BytesIO(rows(["2\u00a0691"]).encode("cp1252"))) == "cp1252"


def test_the_names_come_out_whole_and_the_code_page_is_told(tmp_path: Path) -> None:
    file = tmp_path / "Logfile.txt"
    file.write_bytes(rows(WORDS["cp932"]).replace(",", "\t").encode("cp932"))
    info = convert([file], tmp_path / "out", name="Logfile", settings={})
    assert info["refused"] is None
    assert [*read_capture(tmp_path / "out").events["path"]] == WORDS["cp932"]
    assert any("Windows' code page 932" in remark for remark in info["remarks"])


def test_a_letter_beyond_the_first_block_is_found_as_well() -> None:
    late = rows(["x"] * 40_000 + WORDS["cp932"])
    assert len(late) > 1 << 20
    assert code_page(BytesIO(late.encode("cp932"))) == "cp932"
