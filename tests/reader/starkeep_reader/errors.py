# SPDX-License-Identifier: Apache-2.0
"""The ways in which reading ends early."""


class ReaderError(Exception):
    """Something that a person should read; never a bug of this program."""


class Damaged(ReaderError):
    """Stored bytes are not what the format allows or what their names and tags promise."""


class Unsupported(ReaderError):
    """A version, flag or kind that this reader does not know; it refuses to guess."""


class WrongPassword(ReaderError):
    """No key slot opens with this password."""


class NotFound(ReaderError):
    """The named repository, point, database or object is not there."""
