#!/usr/bin/env python3
"""Writes the pickles of this folder: four images of CIFAR as Python 3 saves them again, by NumPy's version and protocol.

    python3 write.py        # once with NumPy 1 and once with NumPy 2
"""
import lzma
import pathlib
import pickle

import numpy as np

FOLDER = pathlib.Path(__file__).parent
VERSION = "numpy" + np.__version__.split(".")[0]
IMAGES = np.array([[(i + p) & 255 for p in range(3072)] for i in range(4)], dtype="u1")
LABELS = [0, 1, 2, 3]
PLANES = IMAGES.reshape(4, 3, 32, 32)
LAST = np.ascontiguousarray(PLANES.transpose(0, 2, 3, 1))
NAMES = [b"a.png", b"b.png", b"c.png", b"d.png"]


def save(name, content, protocol, **options):
    (FOLDER / f"{name}.pkl.xz").write_bytes(lzma.compress(pickle.dumps(content, protocol=protocol, **options)))


FORMS = {
    "bytes_keys": {b"batch_label": b"", b"labels": LABELS, b"data": IMAGES, b"filenames": NAMES},
    "text_keys": {"batch_label": "testing batch 1 of 1", "labels": LABELS, "data": IMAGES, "filenames": [n.decode() for n in NAMES]},
    "label_array": {"data": PLANES, "labels": np.array(LABELS)},
    "label_scalars": {"data": np.asfortranarray(IMAGES), "labels": [np.int64(label) for label in LABELS]},
    "transposed": {"data": LAST.transpose(0, 3, 1, 2), "labels": np.array(LABELS, dtype=">i2")},
}
for form, content in FORMS.items():
    for protocol in (2, 3, 4, 5):
        save(f"{VERSION}_protocol{protocol}_{form}", content, protocol)

save("refused_list_of_arrays", {"data": list(IMAGES), "labels": LABELS}, 4)
save("refused_channels_last", {"data": LAST, "labels": LABELS}, 5)
save("refused_float", {"data": IMAGES.astype("f4"), "labels": LABELS}, 5)
save("refused_tuple", (IMAGES, LABELS), 4)
save("refused_labels", {"data": IMAGES, "labels": ["0", "1", "2", "3"]}, 4)
save("refused_out_of_band", {"data": IMAGES, "labels": LABELS}, 5, buffer_callback=lambda buffer: None)
