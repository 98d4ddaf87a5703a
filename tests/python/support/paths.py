"""Where the tests find the repository, the vectors and the programs that they run."""

from pathlib import Path

SUPPORT = Path(__file__).parent
"""The folder of the programs that tests run as processes."""
TESTS = SUPPORT.parent
"""What such a program has on its path, so that it can import `support`."""
ROOT = SUPPORT.parents[2]
"""The repository."""
PACKAGE = ROOT / "python"
NOTEBOOKS = ROOT / "notebooks"
VECTORS = ROOT / "tests" / "vectors"
