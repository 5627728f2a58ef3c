"""Write data/digits.npz: 1,797 handwritten digits of 8 x 8 pixels, as scikit-learn ships them.

    pip install scikit-learn
    python tools/make_digits.py

Source: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
https://doi.org/10.24432/C50P49, CC BY 4.0: the 1,797 images of its test part, by 13 writers, in the order of the file.
Pixels are whole numbers from 0 (paper) to 16 (ink). Nothing was changed but the format of the file.
"""

import numpy as np
from books import ROOT

TARGET = ROOT / "data" / "digits.npz"


def digits():
    """images (1797, 8, 8) and labels (1797,), as bytes."""
    from sklearn.datasets import load_digits

    found = load_digits()
    assert (found.images == found.images.round()).all() and found.images.max() == 16
    return found.images.astype(np.uint8), found.target.astype(np.uint8)


if __name__ == "__main__":
    images, labels = digits()
    TARGET.parent.mkdir(exist_ok=True)
    np.savez_compressed(TARGET, images=images, labels=labels)
    print(f"{TARGET.relative_to(ROOT)}: {len(images):,} images, {TARGET.stat().st_size / 1000:.0f} kB")
