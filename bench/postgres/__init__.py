# SPDX-License-Identifier: Apache-2.0
"""The PostgreSQL engine against the physical limit, pg_dump, restic, borg and kopia."""
