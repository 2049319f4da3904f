#!/usr/bin/env python3
"""Makes the difficult and the broken pictures of the decoding tests, and what Pillow sees in them.

Writes pictures/<name>, pictures.json (for each: size, pixels as hex, allowed difference, or the
error that is due) and a fuzz corpus for each format. Files that Pillow cannot write are put together
by hand; what they should look like is still read by Pillow, or said here.
"""
import io
import json
import pathlib
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).parent
PICTURES = HERE / "pictures"
CORPUS = HERE.parent / "fuzz" / "corpus"
W, H = 16, 12
EXACT, LOSSY = 0, 2

cases = {}


def base_array():
    """A smooth picture without any symmetry: red grows to the right, green downwards, and the top left
    corner is blue."""
    y, x = np.mgrid[0:H, 0:W]
    blue = np.where((x < 6) & (y < 4), 230, 40 + 3 * x)
    return np.stack([x * 15 + 10, y * 18 + 20, blue], -1).astype(np.uint8)


BASE = Image.fromarray(base_array())
ALPHA = Image.fromarray((np.mgrid[0:H, 0:W][1] * 17).astype(np.uint8))
RGBA = BASE.copy()
RGBA.putalpha(ALPHA)


def on_white(image):
    if image.mode in ("LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGB", image.size, "white")
    white.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return white


def add(name, data, expected=None, tolerance=EXACT):
    """A picture that decodes; without `expected`, Pillow says to what."""
    (PICTURES / name).write_bytes(data)
    if expected is None:
        image = Image.open(io.BytesIO(data))
        image = ImageOps.exif_transpose(image)
        expected = on_white(image)
    cases[name] = {"size": list(expected.size), "tolerance": tolerance,
                   "rgb": expected.tobytes().hex()}


def add_broken(name, data, code, words):
    (PICTURES / name).write_bytes(data)
    cases[name] = {"code": code, "words": words}


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    return block.tobytes()


# How an upright picture is stored so that its orientation turns it back.
STORE = {1: None, 2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180, 4: Image.FLIP_TOP_BOTTOM,
         5: Image.TRANSPOSE, 6: Image.ROTATE_90, 7: Image.TRANSVERSE, 8: Image.ROTATE_270}


def stored(orientation):
    return BASE if STORE[orientation] is None else BASE.transpose(STORE[orientation])


def jpegs():
    add("rgb444.jpg", saved(BASE, "JPEG", quality=95, subsampling=0), tolerance=LOSSY)
    add("rgb420.jpg", saved(BASE, "JPEG", quality=85), tolerance=LOSSY)
    add("grey.jpg", saved(BASE.convert("L"), "JPEG"), tolerance=LOSSY)
    add("progressive.jpg", saved(BASE, "JPEG", quality=90, progressive=True), tolerance=LOSSY)
    cmyk = saved(BASE.convert("CMYK"), "JPEG", quality=95)
    add("cmyk.jpg", cmyk, tolerance=LOSSY)
    adobe = cmyk.index(b"Adobe") + 11  # the colour transform: 0 is CMYK, 2 is YCCK
    add("ycck.jpg", cmyk[:adobe] + b"\x02" + cmyk[adobe + 1:], tolerance=LOSSY)
    for orientation in range(1, 9):
        add(f"exif{orientation}.jpg", saved(stored(orientation), "JPEG", quality=95, subsampling=0,
                                            exif=exif(orientation)), tolerance=LOSSY)
    plain = saved(BASE, "JPEG", quality=95, subsampling=0)
    hostile = b"Exif\0\0MM\0*\xff\xff\xff\xf0\xff\xff"
    app1 = b"\xff\xe1" + struct.pack(">H", len(hostile) + 2) + hostile
    add("hostile_exif.jpg", plain[:2] + app1 + plain[2:], on_white(Image.open(io.BytesIO(plain))), LOSSY)
    add("trailing_junk.jpg", plain + b"junk behind the end", tolerance=LOSSY)
    large = BASE.resize((128, 96), Image.BICUBIC)
    (PICTURES / "large.jpg").write_bytes(saved(large, "JPEG", quality=80))
    return plain


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, color, rows, interlace=0, chunks=b""):
    """`rows` are bytes of unfiltered rows, in the order they are stored."""
    packed = zlib.compress(b"".join(b"\0" + row for row in rows))
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + chunks +
            png_chunk(b"IDAT", packed) + png_chunk(b"IEND", b""))


def adam7(array):
    rows = []
    for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4),
                           (1, 0, 2, 2), (0, 1, 1, 2)):
        part = array[y0::dy, x0::dx]
        if part.shape[1]:
            rows += [row.tobytes() for row in part]
    return rows


def wide(array):
    """16 bits to a channel, big-endian, the low byte different from the high one."""
    return (array.astype(np.uint16) * 256 + 77).astype(">u2")


def pngs():
    rgb = base_array()
    rgba = np.array(RGBA)
    add("rgb.png", saved(BASE, "PNG"))
    add("rgba.png", saved(RGBA, "PNG"))
    add("grey.png", saved(BASE.convert("L"), "PNG"))
    add("grey_alpha.png", saved(RGBA.convert("LA"), "PNG"))
    add("palette.png", saved(BASE.quantize(20), "PNG"))
    add("palette2.png", saved(BASE.quantize(4), "PNG", bits=2))
    add("palette_one_clear.png", saved(BASE.quantize(20), "PNG", transparency=3))
    add("palette_alpha.png", saved(BASE.quantize(20), "PNG", transparency=bytes(range(0, 240, 12))))
    add("bilevel.png", saved(BASE.convert("1"), "PNG"))
    add("rgb_one_clear.png", saved(BASE, "PNG", transparency=BASE.getpixel((0, 0))))
    add("rgb16.png", png(W, H, 16, 2, [row.tobytes() for row in wide(rgb)]), BASE)
    add("grey16.png", png(W, H, 16, 0, [row.tobytes() for row in wide(rgb[..., 0])]),
        Image.fromarray(rgb[..., 0]).convert("RGB"))
    add("rgba16.png", png(W, H, 16, 6, [row.tobytes() for row in wide(rgba)]), on_white(RGBA))
    add("interlaced.png", png(W, H, 8, 2, adam7(rgb), interlace=1))
    add("interlaced_alpha.png", png(W, H, 8, 6, adam7(rgba), interlace=1))
    add("exif6.png", saved(stored(6), "PNG", exif=exif(6)), BASE)
    add("gamma.png", png(W, H, 8, 2, [row.tobytes() for row in rgb],
                         chunks=png_chunk(b"gAMA", struct.pack(">I", 100000))), BASE)


def webps():
    add("lossy.webp", saved(BASE, "WEBP", quality=90), tolerance=LOSSY)
    add("lossless.webp", saved(BASE, "WEBP", lossless=True))
    add("alpha.webp", saved(RGBA, "WEBP", lossless=True, exact=True))
    add("lossy_alpha.webp", saved(RGBA, "WEBP", quality=90), tolerance=LOSSY)
    add("exif6.webp", saved(stored(6), "WEBP", lossless=True, exif=exif(6)), BASE)
    second = ImageOps.invert(BASE)
    add("animated.webp", saved(BASE, "WEBP", lossless=True, save_all=True, append_images=[second]), BASE)
    add("animated_alpha.webp", saved(RGBA, "WEBP", lossless=True, exact=True, save_all=True,
                                     append_images=[second]), on_white(RGBA))


def gifs():
    paletted = BASE.quantize(20)
    add("plain.gif", saved(paletted, "GIF", interlace=0))
    add("interlaced.gif", saved(paletted, "GIF", interlace=1))
    add("transparent.gif", saved(paletted, "GIF", transparency=paletted.getpixel((0, 0))))
    add("animated.gif", saved(paletted, "GIF", save_all=True, append_images=[ImageOps.invert(BASE).quantize(9)]),
        paletted.convert("RGB"))
    # A frame of 2 x 1 pixels at (1, 1) on a screen of 4 x 3: the rest is white.
    small = (b"GIF89a\x04\0\x03\0\x80\0\0\xff\0\0\0\0\xff" + b",\x01\0\x01\0\x02\0\x01\0\0" +
             b"\x02\x02\x44\x0a\0;")
    image = Image.new("RGB", (4, 3), "white")
    image.putpixel((1, 1), (255, 0, 0))
    image.putpixel((2, 1), (0, 0, 255))
    add("small_frame.gif", small, image)


def bmp(width, height, bits, rows, compression=0, masks=b"", palette=b"", header=40):
    """Rows bottom up unless height is negative; masks belong to the header when it is long enough."""
    info = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, 0, 2835, 2835,
                       len(palette) // 4, 0) + masks
    info = info.ljust(header, b"\0")
    data = b"".join(row + b"\0" * (-len(row) % 4) for row in rows)
    at = 14 + len(info) + len(palette)
    return b"BM" + struct.pack("<IHHI", at + len(data), 0, 0, at) + info + palette + data


def bmps():
    rgb = base_array().astype(np.uint32)
    bgr_rows = [row[:, ::-1].tobytes() for row in base_array()]
    add("rgb24.bmp", saved(BASE, "BMP"))
    add("palette8.bmp", saved(BASE.quantize(20), "BMP"))
    add("grey8.bmp", saved(BASE.convert("L"), "BMP"))
    add("bilevel.bmp", saved(BASE.convert("1"), "BMP"))
    add("rgb32.bmp", bmp(W, H, 32, [np.array(RGBA)[y][:, [2, 1, 0, 3]].tobytes() for y in range(H)][::-1]), BASE)
    add("top_down.bmp", bmp(W, -H, 24, bgr_rows), BASE)
    add("narrow.bmp", bmp(1, 5, 24, [bytes([i, 50 * i, 200]) for i in range(5)]))
    index = np.array(BASE.quantize(16))
    colors = BASE.quantize(16).getpalette()[:48]
    palette = b"".join(bytes([colors[i + 2], colors[i + 1], colors[i], 0]) for i in range(0, 48, 3))
    add("palette4.bmp", bmp(W, H, 4, [(row[0::2] * 16 + row[1::2]).tobytes() for row in index][::-1],
                            palette=palette), BASE.quantize(16).convert("RGB"))
    five = (rgb[..., 0] >> 3) << 10 | (rgb[..., 1] >> 3) << 5 | rgb[..., 2] >> 3
    add("rgb555.bmp", bmp(W, H, 16, [row.astype("<u2").tobytes() for row in five][::-1]))
    six = (rgb[..., 0] >> 3) << 11 | (rgb[..., 1] >> 2) << 5 | rgb[..., 2] >> 3
    add("rgb565.bmp", bmp(W, H, 16, [row.astype("<u2").tobytes() for row in six][::-1], 3,
                          struct.pack("<III", 0xF800, 0x07E0, 0x001F)))
    masked = rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2] | np.array(ALPHA).astype(np.uint32) << 24
    add("alpha32.bmp", bmp(W, H, 32, [row.astype("<u4").tobytes() for row in masked][::-1], 3,
                           struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000), header=108), on_white(RGBA))
    clear = masked & 0xFFFFFF
    add("alpha_all_zero.bmp", bmp(W, H, 32, [row.astype("<u4").tobytes() for row in clear][::-1], 3,
                                  struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000), header=108), BASE)
    add_broken("rle8.bmp", bmp(W, H, 8, [bytes(4)], 1, palette=palette), "UNIMPLEMENTED", "compression 1")


def tiffs():
    add("raw.tif", saved(BASE, "TIFF"))
    add("lzw.tif", saved(BASE, "TIFF", compression="tiff_lzw"))
    add("deflate.tif", saved(BASE, "TIFF", compression="tiff_adobe_deflate"))
    add("jpeg.tif", saved(BASE, "TIFF", compression="jpeg"), tolerance=8)  # upsampled plainly by libtiff
    add("grey.tif", saved(BASE.convert("L"), "TIFF"))
    add("palette.tif", saved(BASE.quantize(20), "TIFF"))
    add("bilevel.tif", saved(BASE.convert("1"), "TIFF", compression="group4"))
    add("rgba.tif", saved(RGBA, "TIFF"), on_white(RGBA), 1)
    add("cmyk.tif", saved(BASE.convert("CMYK"), "TIFF"), tolerance=1)
    grey = base_array()[..., 0]
    sixteen = Image.fromarray(grey.astype(np.uint16) * 257)
    add("grey16.tif", saved(sixteen, "TIFF"), Image.fromarray(grey).convert("RGB"))
    for orientation in range(1, 9):
        add(f"turned{orientation}.tif", saved(stored(orientation), "TIFF", compression="tiff_lzw",
                                              tiffinfo={274: orientation}), BASE)


def broken(plain_jpeg):
    size = struct.pack(">HH", 60000, 60000)
    sof = plain_jpeg.index(b"\xff\xc0") + 5
    big = ("INVALID_ARGUMENT", "60000 x 60000 pixels are over the limit of 200000000 pixels")
    add_broken("huge.jpg", plain_jpeg[:sof] + size + plain_jpeg[sof + 4:], *big)
    add_broken("huge.png", png(60000, 60000, 8, 2, [bytes(30)]), *big)
    add_broken("huge.bmp", bmp(60000, 60000, 24, [bytes(30)]), *big)
    gif = (PICTURES / "plain.gif").read_bytes()
    add_broken("huge.gif", gif[:6] + struct.pack("<HH", 60000, 60000) + gif[10:], *big)
    tiff = (PICTURES / "raw.tif").read_bytes()
    huge = tiff
    for tag, value in ((256, W), (257, H)):
        entry = struct.pack("<HHII", tag, 4, 1, value)
        assert entry in huge
        huge = huge.replace(entry, struct.pack("<HHII", tag, 4, 1, 60000))
    add_broken("huge.tif", huge, *big)
    exif_webp = (PICTURES / "exif6.webp").read_bytes()
    at = exif_webp.index(b"VP8X") + 12
    wide_canvas = struct.pack("<I", 59999)[:3] * 2
    add_broken("huge.webp", exif_webp[:at] + wide_canvas + exif_webp[at + 6:], *big)
    add_broken("long.png", png(3000, 10, 8, 0, [bytes(3000)] * 10), "INVALID_ARGUMENT",
               "3000 x 10 pixels: the longer side is over the limit of 200 times the shorter one")
    add_broken("no_size.png", png(0, 10, 8, 0, [b""]), "DATA_LOSS", "0 x 10 pixels")
    add_broken("empty.jpg", b"", "DATA_LOSS", "the file is empty")
    add_broken("text.jpg", b"BMW is a maker of cars, and this is no picture at all.\n", "UNIMPLEMENTED",
               "not a picture")
    add_broken("twelve_bits.jpg", plain_jpeg[:sof - 1] + b"\x0c" + plain_jpeg[sof:], "UNIMPLEMENTED",
               "precision")


def corpora():
    kinds = {".jpg": "jpeg", ".png": "png", ".webp": "webp", ".gif": "gif", ".bmp": "bmp", ".tif": "tiff"}
    for path in sorted(PICTURES.iterdir()):
        folder = CORPUS / f"{kinds[path.suffix]}_fuzz"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / path.name).write_bytes(path.read_bytes())
    folder = CORPUS / "exif_fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    for orientation in (1, 6, 9):
        (folder / f"orientation{orientation}").write_bytes(exif(orientation))
    (folder / "far_directory").write_bytes(b"MM\0*\xff\xff\xff\xf0\xff\xff")
    (folder / "many_entries").write_bytes(b"II*\0\x08\0\0\0\xff\xff" + bytes(24))


def main():
    PICTURES.mkdir(exist_ok=True)
    plain = jpegs()
    pngs()
    webps()
    gifs()
    bmps()
    tiffs()
    broken(plain)
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items())
    (HERE / "pictures.json").write_text("{\n" + lines + "\n}\n")
    corpora()


main()
