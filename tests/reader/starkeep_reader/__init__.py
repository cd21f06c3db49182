# SPDX-License-Identifier: Apache-2.0
"""An independent reader of the repository format, written from docs/repository-format.md alone."""
