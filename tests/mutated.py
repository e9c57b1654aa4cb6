"""Official files with something wrong in them: bytes, cells, rows and columns changed at random."""

import io
import random
import zipfile

SHEET = "xl/worksheets/sheet1.xml"


def mutated_workbook(content: bytes, dice: random.Random) -> bytes:
    """One in three is damaged as an archive, the others in the text of the sheet."""
    if dice.random() < 0.33:
        return scrambled(content, dice)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[SHEET] = dice.choice([scrambled, cells_changed, rows_moved])(parts[SHEET], dice)
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return body.getvalue()


def scrambled(content: bytes, dice: random.Random) -> bytes:
    """A few bytes changed, dropped, doubled, or the rest cut off."""
    data = bytearray(content)
    for _ in range(dice.choice([1, 1, 2, 5, 20])):
        if not data:
            break
        at, n = dice.randrange(len(data)), dice.choice([1, 1, 4, 64])
        way = dice.randrange(5)
        if way == 0:
            data[at : at + n] = dice.randbytes(n)
        elif way == 1:
            del data[at : at + n]
        elif way == 2:
            data[at:at] = data[at : at + n]
        elif way == 3:
            data[at] ^= 1 << dice.randrange(8)
        elif dice.random() < 0.2:
            del data[at:]
    return bytes(data)


NASTY = ["", "-1", "1e308", "1e400", "NaN", "inf", "0", "n.a.", "12,5", "5800", "0015", "-", "&#0;",
         "9" * 40, "1985", "2023.5", "=1+1", "\u0000", "true"]  # fmt: skip


def cells_changed(sheet: bytes, dice: random.Random) -> bytes:
    """Values of some cells replaced, by others of the file or by nasty ones."""
    text = sheet.decode()
    for _ in range(dice.choice([1, 2, 10])):
        start = text.find("<v>", dice.randrange(len(text)))
        end = text.find("</v>", start)
        if 0 <= start < end:
            value = dice.choice(NASTY) if dice.random() < 0.7 else f"{dice.random() * 1e6:.6f}"
            text = text[: start + 3] + value + text[end:]
    return text.encode("utf-8", "replace")


def rows_moved(sheet: bytes, dice: random.Random) -> bytes:
    """Rows dropped, doubled, exchanged; cells far out."""
    rows = sheet.split(b"<row ")
    way, at = dice.randrange(5), dice.randrange(1, len(rows))
    if way == 0:
        del rows[at]
    elif way == 1:
        rows.insert(at, rows[at])
    elif way == 2:
        other = dice.randrange(1, len(rows))
        rows[at], rows[other] = rows[other], rows[at]
    elif way == 3:
        rows[at] = rows[at].replace(b'<c r="', b'<c r="XFD1048576" q="', 1)
    else:
        cells = rows[at].split(b"<c")
        dice.shuffle(cells)
        rows[at] = b"<c".join(cells)
    return b"<row ".join(rows)


def mutated_text(content: bytes, dice: random.Random) -> bytes:
    """An end-use file with bytes, cells or lines changed."""
    way = dice.randrange(3)
    if way == 0:
        return scrambled(content, dice)
    lines = content.split(b"\n")
    at = dice.randrange(len(lines))
    if way == 1:
        cells = lines[at].split(b",")
        cells[dice.randrange(len(cells))] = dice.choice(NASTY).encode()
        lines[at] = b",".join(cells)
    else:
        other = dice.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[dice.randrange(len(lines))]
    return b"\n".join(lines)
