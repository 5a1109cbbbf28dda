"""What torchvision makes of PIL images: the reference of image_preparation_test.cpp.

    torchvision_reference.py JOBS      JOBS: lines "centre FILE RESIZE HEIGHT WIDTH OUT", "crop FILE TOP LEFT HEIGHT WIDTH HEIGHT WIDTH OUT" and
                                       "jitter FILE OUT OPERATION FACTOR [OPERATION FACTOR]..."; OUT: red, green, blue bytes, row by row
"""
import sys

from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

def columns_then_rows(image, size):
    """Image.resize((width, height)) as Pillow did it up to version 12; from 13 on it may resize rows first, which differs by rounding."""
    return image.resize((size[0], image.height), Image.Resampling.BILINEAR).resize(size, Image.Resampling.BILINEAR)


for line in open(sys.argv[1]):
    kind, file, *rest = line.split()
    image = Image.open(file).convert("RGB")
    if kind == "centre":
        resize, *size = map(int, rest[:3])
        out = rest[3]
        image = F.center_crop(columns_then_rows(image, F.resize(image, resize, InterpolationMode.BILINEAR).size), size)
    elif kind == "crop":
        *box, height, width = map(int, rest[:6])
        out = rest[6]
        image = columns_then_rows(F.crop(image, *box), (width, height))
    else:
        out = rest[0]
        for operation, factor in zip(rest[1::2], rest[2::2]):
            image = getattr(F, "adjust_" + operation)(image, float(factor))
    with open(out, "wb") as stream:
        stream.write(image.tobytes())
