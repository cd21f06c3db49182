# SPDX-License-Identifier: Apache-2.0
"""What the tests of the real program stand on: servers, the program itself, independent digests, damage."""
