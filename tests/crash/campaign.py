#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""As many kills as wanted: the same code as the test, for hours. Prints one line a round; stops at the first failure."""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path
from random import Random, SystemRandom

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.fixtures import DEBIAN  # noqa: E402
from support.kills import Kills  # noqa: E402
from support.postgres import Server  # noqa: E402
from support.starkeep import Starkeep  # noqa: E402

ROUND = 50


def one_round(kills, seed, folder):
    """A repository and a server of its own; returns how often each verb was killed."""
    folder.chmod(0o755)
    server = Server(DEBIAN, folder / "server").create().start()
    try:
        campaign = Kills(Starkeep.in_folder(folder).init(), server, Random(seed))
        for _ in range(kills):
            campaign.one()
        campaign.finish()
        return campaign.counts
    finally:
        server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(2**32))
    parser.add_argument("--keep", action="store_true", help="keep the folder of a round that failed")
    options = parser.parse_args()
    done, total = 0, {}
    while done < options.kills:
        seed, folder = options.seed + done, Path(tempfile.mkdtemp(prefix="starkeep-campaign-"))
        began = time.monotonic()
        try:
            counts = one_round(min(ROUND, options.kills - done), seed, folder)
        except BaseException:
            print(f"failed in the round of seed {seed}", file=sys.stderr)
            if options.keep:
                print(f"kept: {folder}", file=sys.stderr)
            else:
                shutil.rmtree(folder)
            raise
        shutil.rmtree(folder)
        total = {name: total.get(name, 0) + number for name, number in counts.items()}
        done += ROUND
        print(f"seed {seed}: {counts} in {time.monotonic() - began:.0f} s; in all {total}", flush=True)


if __name__ == "__main__":
    main()
