"""Where the words and tables lie that come with the product.

In a checkout they are in ``prompts`` beside the package. A package that is installed alone, as in
the service's container, is told by IVR_SHARE.
"""

import os
from pathlib import Path

SHARE = Path(os.environ.get("IVR_SHARE") or Path(__file__).resolve().parents[1] / "prompts")
