# SPDX-License-Identifier: MIT
"""The machine-readable frame number in the test footage.

24 cells in a row from the picture's top left corner, each a sixtieth of its width and an eighteenth of its height:
white, black, 16 bits of the number (most significant first, white is 1), 4 bits of checksum (the sum of the number's
four nibbles, modulo 16), black, white. Readable at any size that a viewer shows.
"""
import numpy

CELLS = 24
ACROSS = 60
DOWN = 18


def checksum(number):
    return sum((number >> shift) & 15 for shift in (0, 4, 8, 12)) & 15


def bits(number):
    """The 24 cells of a number, 1 for white."""
    word = number << 4 | checksum(number)
    return [1, 0] + [(word >> i) & 1 for i in range(19, -1, -1)] + [0, 1]


def draw(luma, number):
    """Draw into the luma plane (height x width, uint8, video range)."""
    height, width = luma.shape
    for i, bit in enumerate(bits(number)):
        luma[0 : height // DOWN, i * width // ACROSS : (i + 1) * width // ACROSS] = 235 if bit else 16


def read(picture, across=ACROSS, down=DOWN):
    """The number in a picture (height x width, grey or three colours), or None when there is no valid code.

    A strip that holds only the cells is read with across=CELLS, down=1."""
    height, width = picture.shape[:2]
    cells = []
    for i in range(CELLS):
        x0, x1 = i * width / across, (i + 1) * width / across
        y1 = height / down
        cell = picture[int(y1 * 0.3) : int(y1 * 0.7) + 1, int(x0 + (x1 - x0) * 0.35) : int(x0 + (x1 - x0) * 0.65) + 1]
        cells.append(float(cell.mean()))
    if max(cells) - min(cells) < 100:
        return None
    middle = (max(cells) + min(cells)) / 2
    got = [1 if cell > middle else 0 for cell in cells]
    number = 0
    for bit in got[2:18]:
        number = number << 1 | bit
    return number if got == bits(number) else None
