# SPDX-License-Identifier: Apache-2.0
"""What the figures come to: the goals with what was reached, and the table for people."""

import statistics

MIB = 2**20
SECTIONS = (
    ("full", "Everything, into a new repository", "full: limit"),
    ("pinned", "The same, server on one core, engine on the other", "pinned: limit"),
    ("unchanged", "Nothing changed since", "unchanged: starkeep"),
    ("1 % in a range", "1 % of the rows changed, in one range of keys", "1 % in a range: starkeep"),
    ("1 % at random", "1 % of the rows changed, all over the tables", "1 % at random: starkeep"),
    ("restore", "Restore into a new database", "restore: starkeep"),
)


def unchanged_share(reports, everything, nothing):
    """How a backup of nothing new compares with one of all, both without the fixed part that Starkeep prints."""
    pairs = zip(reports.get(everything, []), reports.get(nothing, []))
    return statistics.median(
        (less["duration_s"] - less["fixed_s"]) / (more["duration_s"] - more["fixed_s"]) for more, less in pairs
    )


def goal(text, figure, bound):
    return {"goal": text, "figure": round(figure, 3), "bound": bound, "met": figure <= bound}


def goals(results, figures):
    found = [
        goal("pinned full backup / parallel COPY", figures.ratio("pinned: starkeep", "pinned: limit"), 1.3),
        goal("unchanged / full, fixed parts left out", unchanged_share(results["reports"], "full", "unchanged"), 0.2),
        goal("restore / pg_restore -j2", figures.ratio("restore: starkeep", "restore: pg_dump -Fd -j2 -Z0"), 1.0),
    ]
    for rival in ("restic", "borg", "kopia"):
        if f"full: {rival}" in figures.by_name:
            found.append(goal(f"full backup / {rival}", figures.ratio("full: starkeep", f"full: {rival}"), 1.0))
    return found


def stored(results, name):
    what, _, who = name.partition(": ")
    own = results["starkeep"].get(what, {}).get("bytes_stored") if who == "starkeep" else None
    size = results["stored_bytes"].get(name, own)
    return "" if size is None else f"{size / MIB:.1f}"


def section(results, figures, what, title, base):
    names = [name for name in figures.by_name if name.partition(":")[0] == what]
    lines = [f"\n**{title}** (ratio: to {base.partition(': ')[2]})", "", f"| | median s | least–most | ratio | client CPU s | server CPU s | MiB |"]
    lines.append("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    lines += [f"{figures.row(name, base)} {stored(results, name)} |" for name in names]
    return "\n".join(lines) + "\n"


def table(results, figures):
    machine, load = results["machine"], results["load"]
    said = ", ".join(results["versions"].values())
    out = (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, Linux {machine['kernel']}; "
        f"load {load[0]:.1f}–{load[1]:.1f} while measuring. {said}. "
        f"Database of {results['database_bytes'] / MIB:.0f} MiB, {results['rounds']} rounds; "
        + ", ".join(f"{name} = {value}" for name, value in results["server"].items())
        + ".\n"
    )
    out += "".join(section(results, figures, *each) for each in SECTIONS)
    out += "\n**Starkeep's own figures (medians)**\n\n| | read MiB | new MiB | stored MiB | fixed s | peak memory MiB |\n"
    out += "| --- | ---: | ---: | ---: | ---: | ---: |\n"
    for what, one in results["starkeep"].items():
        sizes = " | ".join(f"{one[key] / MIB:.1f}" for key in ("bytes_read", "bytes_new", "bytes_stored"))
        out += f"| {what} | {sizes} | {one['fixed_s']:.2f} | {one['peak_rss_bytes'] / MIB:.0f} |\n"
    out += "\n**Goals**\n\n| | reached | at most | |\n| --- | ---: | ---: | --- |\n"
    for each in results["goals"]:
        out += f"| {each['goal']} | {each['figure']:.2f} | {each['bound']} | {'met' if each['met'] else 'missed'} |\n"
    return out
