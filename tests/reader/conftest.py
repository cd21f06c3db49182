# SPDX-License-Identifier: Apache-2.0
"""What several tests of the reader stand on."""

from pathlib import Path

import pytest

from writer import RepositoryWriter


@pytest.fixture
def written(tmp_path: Path) -> RepositoryWriter:
    """A sound repository with one point."""
    writer = RepositoryWriter(tmp_path)
    writer.fill()
    return writer
