"""The file names in a zip archive that does not declare their encoding: one encoding for all of them, guessed.

A name may be marked as UTF-8, or be repeated as UTF-8 in the extra field 0x7075 (APPNOTE.TXT 4.6.9). All others are
bytes of the code page of the computer that packed them. Names are short, so the measure is which code page turns the bytes of
all names into common letters, in an order that occurs in words.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from functools import cache

GUESSED = ("cp949", "gbk", "cp932", "cp950", "cp866", "cp850", "cp437")
"""Code pages of Windows' own zip program: Korean, simplified Chinese, Japanese, traditional Chinese, Russian, West European,
American. The order breaks ties."""

ENCODINGS = ("utf-8", *GUESSED, "cp852", "cp1250", "cp1251", "cp1252", "cp1253", "cp857", "cp862", "cp864", "cp874", "cp1258")
"""The encodings that a user can choose."""

TITLES = {
    "utf-8": "UTF-8", "cp949": "한국어 (CP949)", "gbk": "简体中文 (GBK)", "cp932": "日本語 (Shift JIS)", "cp950": "繁體中文 (Big5)",
    "cp866": "Русский (CP866)", "cp850": "Latin (CP850)", "cp437": "Latin (CP437)", "cp852": "Latin 2 (CP852)",
    "cp1250": "Latin 2 (CP1250)", "cp1251": "Русский (CP1251)", "cp1252": "Latin (CP1252)", "cp1253": "Ελληνικά (CP1253)",
    "cp857": "Türkçe (CP857)", "cp862": "עברית (CP862)", "cp864": "العربية (CP864)", "cp874": "ไทย (CP874)",
    "cp1258": "Tiếng Việt (CP1258)",
}  # fmt: skip


def decoded(members: Sequence[zipfile.ZipInfo], encoding: str | None = None) -> tuple[list[str], str | None]:
    """Return the members' names in their order, and the guessed encoding; None if none was needed.

    `encoding`: one of ENCODINGS, used instead of the guess; characters that it can't read are replaced.
    """
    raw = [_bytes(member) for member in members]
    certain = [_certain(member, name) for member, name in zip(members, raw, strict=True)]
    unsure = [name for name, known in zip(raw, certain, strict=True) if known is None and not name.isascii()]
    if not unsure:
        encoding = None
    elif encoding is None:
        encoding = guessed(unsure)
    names = [
        known if known is not None else name.decode(encoding or "ascii", "replace")
        for name, known in zip(raw, certain, strict=True)
    ]
    return names, encoding


def guessed(names: Sequence[bytes]) -> str:
    """Return which encoding the names are written in, of "utf-8" and GUESSED."""
    if all(_readable(name, "utf-8") for name in names):
        return "utf-8"  # macOS and Linux write UTF-8 and do not always say so
    marks = {encoding: _mark(names, encoding) for encoding in GUESSED}
    return max(GUESSED, key=lambda encoding: marks[encoding])  # the first of the best ones


def _bytes(member: zipfile.ZipInfo) -> bytes:
    """Return the name's raw bytes from the archive."""
    return member.orig_filename.encode("utf-8" if member.flag_bits & 0x800 else "cp437", "surrogatepass")


def _certain(member: zipfile.ZipInfo, raw: bytes) -> str | None:
    """Return a name whose encoding the archive declares."""
    extra = member.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        # Version 1, then the checksum of the plain name: a name that was changed later no longer counts.
        if kind == 0x7075 and len(field) > 5 and field[0] == 1 and field[1:5] == struct.pack("<L", zlib.crc32(raw)):  # noqa: SIM102
            if _readable(field[5:], "utf-8"):
                return field[5:].decode("utf-8")
    return member.orig_filename if member.flag_bits & 0x800 else None


def _readable(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _mark(names: Sequence[bytes], encoding: str) -> float:
    """Return how much the names look like words in this encoding, from 0 to 1; -1 if they can't be read in it."""
    words: set[str] = set()
    for raw in names:
        if not _readable(raw, encoding):
            return -1.0
        words.update(re.split(r"[/\\]", raw.decode(encoding)))
    words = {word for word in words if not word.isascii()}
    if encoding == "cp949" and not _korean(words):
        return 0.2
    return sum(_word_mark(word, encoding) for word in words) / len(words)


def _korean(words: set[str]) -> bool:
    """Return whether at least half of the syllables are common ones: bytes of Chinese text give any of the 2,350."""
    syllables = [letter for word in words for letter in word if 0xAC00 <= ord(letter) <= 0xD7A3]
    return bool(syllables) and sum(letter in _common_hangul() for letter in syllables) >= len(syllables) / 2


def _word_mark(word: str, encoding: str) -> float:
    marks = []
    for at, letter in enumerate(word):
        if letter.isascii():
            continue
        mark, kind = _letter_mark(letter, encoding)
        for other in word[max(at - 1, 0) : at] + word[at + 1 : at + 2]:
            same = (other.isascii() and other.isalpha()) if kind == "latin" else not (other.isascii() and other.isalpha())
            if not same and (kind != "latin" or other.isalpha()):
                mark *= 0.3
        if at and kind in ("latin", "cyrillic") and word[at - 1].islower() and letter.isupper():
            mark *= 0.3  # a capital inside a word
        if kind == "latin" and at + 1 < len(word) and letter.islower() and word[at + 1].isupper():
            mark *= 0.3
        marks.append(mark)
    kinds = {_letter_mark(letter, encoding)[1] for letter in word if not letter.isascii()}
    mark = sum(marks) / len(marks)
    letters = [letter for letter in word if letter.isalpha()]
    strange = sum(not letter.isascii() for letter in letters)
    if "latin" in kinds and strange > len(letters) / 2:
        mark *= 0.3  # no language of Europe writes words of accented letters alone
    return mark


def _letter_mark(letter: str, encoding: str) -> tuple[float, str]:
    """Return how common a letter is in names of this encoding, and its script."""
    code = ord(letter)
    if 0xAC00 <= code <= 0xD7A3 or 0x3131 <= code <= 0x318E:
        return 1.0, "hangul"
    if 0x3041 <= code <= 0x30FF:
        return (1.0 if encoding == "cp932" else 0.2), "kana"
    if 0x4E00 <= code <= 0x9FFF:
        return _hanzi_mark(letter, encoding), "hanzi"
    if 0x0400 <= code <= 0x045F:
        return (1.0 if encoding == "cp866" else 0.1), "cyrillic"
    if unicodedata.name(letter, "").startswith("LATIN "):
        return (0.9 if encoding != "cp437" else 0.85), "latin"
    if 0xFF01 <= code <= 0xFF5E or 0x3000 <= code <= 0x303F:
        return 0.3, "wide"
    return 0.0, "sign"


def _hanzi_mark(letter: str, encoding: str) -> float:
    """Return how common a Chinese character is, by the part of the standard that contains it."""
    first = letter.encode(encoding)[0]
    levels = {"gbk": (0xB0, 0xD7), "cp932": (0x88, 0x97), "cp950": (0xA4, 0xC6)}  # first bytes of level 1
    if encoding == "cp949":
        return 0.95  # next to Korean words; see `_korean`
    low, high = levels[encoding]
    if encoding == "gbk" and letter.encode("gbk")[1] < 0xA1:
        return 0.1  # outside GB 2312
    return 0.9 if low <= first <= high else 0.3


@cache
def _common_hangul() -> frozenset[str]:
    """Return the syllables of names in Korean: countries, languages, currencies, and of everyday things."""
    from babel import Locale

    korean = Locale("ko")
    texts = [*korean.territories.values(), *korean.languages.values(), *korean.currencies.values(), _EVERYDAY]
    return frozenset(letter for text in texts for letter in text if 0xAC00 <= ord(letter) <= 0xD7A3)


_EVERYDAY = (
    "고양이 강아지 개 새 말 소 돼지 닭 오리 토끼 쥐 뱀 곰 늑대 여우 사슴 물고기 꽃 나무 잎 풀 사과 배 포도 귤 딸기 수박 참외 복숭아 "
    "호박 감자 당근 양파 마늘 고추 밥 빵 떡 국 찌개 김치 자동차 트럭 버스 기차 비행기 배 자전거 오토바이 컵 접시 숟가락 젓가락 의자 책상 "
    "침대 옷 신발 모자 가방 안경 시계 책 연필 지우개 가위 칼 종이 바위 보 사람 얼굴 손 발 눈 코 입 귀 남자 여자 아이 집 건물 산 바다 강 "
    "하늘 숲 길 눈 비 구름 해 달 별 빨강 노랑 파랑 초록 검정 하양 원 네모 세모 정상 불량 합격 흠집 긁힘 깨짐 훈련 검증 시험 학습 데이터 "
    "사진 그림 이미지 파일 새로운 폴더 복사본 웃음 슬픔 화남 놀람 쓰레기 플라스틱 유리 캔 병 뚜껑 호랑이 사자 코끼리 기린 원숭이 얼룩 펭귄 "
    "독수리 까치 참새 비둘기 앵무 나비 벌 개미 거미 잠자리 꿀 무당벌레 치즈 햄 피자 햄버거 볶음 튀김 찜 삶은 없음 있음 밝은 어두운 옛 앞 뒤 옆"
)
