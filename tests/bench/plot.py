#!/usr/bin/python3
"""Draws what the benchmarks measured, as SVG for docs/performance.md.

Usage: plot.py RESULTS DIRECTORY

RESULTS is where scripts/bench.sh puts its JSON files: tick.json and many.json as Google Benchmark
writes them, compile.json as compile_cost.py does, ssh.json as ssh_bench.py does, xen.json as
xen_guest.py does, bastion.json as bastion.py does. What is not there is not drawn. Needs Debian's
python3-matplotlib, hence the interpreter above.
"""

import collections
import json
import os
import re
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  (after the choice of what draws)

# Told apart by people who see colours differently, and in grey (Okabe and Ito).
COLOURS = ["#0072b2", "#56b4e9", "#e69f00", "#d55e00", "#cc79a7", "#009e73", "#999999", "#000000", "#f0e442"]
plt.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "statecall", "font.family": "sans-serif", "font.size": 10,
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True, "figure.facecolor": "white",
})


def load(directory, name):
    path = os.path.join(directory, name)
    if not os.path.exists(path):
        print(f"{path} is not there: not drawn")
        return None
    with open(path) as f:
        return json.load(f)


def save(figure, directory, name):
    path = os.path.join(directory, name)
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    print(path)


def fastest(report, value):
    """name -> least value over the repetitions, in the order of the report."""
    best = collections.OrderedDict()
    for run in report["benchmarks"]:
        if run.get("run_type") != "iteration" or run.get("error_occurred"):
            continue
        name = run["name"].split("/repeats")[0].split("/iterations")[0]
        best[name] = min(best.get(name, float("inf")), value(run))
    return best


def bars(axes, groups, series, values):
    """Horizontal bars with their numbers; values[series][group] may lack some."""
    height = 0.8 / len(series)
    for i, engine in enumerate(series):
        for g, group in enumerate(groups):
            value = values[engine].get(group)
            if value is None:
                continue
            y = g + (i - (len(series) - 1) / 2) * height
            axes.barh(y, value, height * 0.9, color=COLOURS[i % len(COLOURS)],
                      label=engine if group == next(k for k in groups if k in values[engine]) else None)
            axes.text(value * 1.05, y, f"{value:.1f}" if value >= 1.95 else f"{value:.2f}", va="center", fontsize=8)
    axes.set_yticks(range(len(groups)), groups)
    axes.invert_yaxis()


def draw_tick(report, directory):
    ns = fastest(report, lambda run: run["real_time"])
    table = collections.defaultdict(lambda: collections.defaultdict(dict))  # policy, engine, walk
    for name, value in ns.items():
        policy, walk, engine = name.split("/")
        table[policy][engine][walk] = value / ns[f"{policy}/{walk}/limit"]
    for policy, engines in table.items():
        series = [e for e in engines if e != "limit"]
        walks = list(engines["limit"])
        figure, axes = plt.subplots(figsize=(8, 0.22 * len(series) * len(walks) + 1))
        bars(axes, walks, series, engines)
        axes.set_xscale("log")
        axes.axvline(1, color="black", linewidth=1)
        axes.set_xlim(0.25 if "Ragel, whole trace" in series else 0.8, None)
        axes.set_xlabel("time of one tick, as a multiple of one dependent load (logarithmic; shorter is faster)")
        axes.set_title(f"Policy {policy}: what a tick costs", loc="left")
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False)
        save(figure, directory, f"tick-{policy}.svg")


def draw_many(report, directory):
    ns = fastest(report, lambda run: run["time/tick"] * 1e9)
    bytes_each = fastest(report, lambda run: run["bytes/monitor"])
    lines = collections.OrderedDict()
    for name, value in ns.items():
        _, engine, count = name.split("/")
        lines.setdefault(engine, []).append((int(count), value))
    figure, axes = plt.subplots(figsize=(8, 4))
    for i, (engine, points) in enumerate(lines.items()):
        most = max(p[0] for p in points)
        label = f"{engine} ({bytes_each[f'many/{engine}/{most}']:.0f} bytes each)"
        axes.plot(*zip(*points), marker="os^Dv"[i % 5], color=COLOURS[(i * 2) % len(COLOURS)], label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("monitors, ticked in random order")
    axes.set_ylabel("ns per tick")
    axes.grid(True, which="major", color="#dddddd")
    axes.set_title("Many monitors of the SSH server's policy", loc="left")
    axes.legend(frameon=False)
    save(figure, directory, "many.svg")


def draw_compile(results, directory):
    policies = list(dict.fromkeys(r["policy"] for r in results))
    series = list(dict.fromkeys(r["engine"] for r in results))
    figure, both = plt.subplots(1, 2, figsize=(9, 0.25 * len(series) * len(policies) + 1), sharey=True)
    for axes, key, label in zip(both, ("seconds", "mib"), ("seconds of processor time", "MiB of memory")):
        values = {e: {r["policy"]: r[key] for r in results if r["engine"] == e} for e in series}
        bars(axes, policies, series, values)
        axes.invert_yaxis() if axes is both[1] else None
        axes.set_xlabel(label)
        axes.margins(x=0.15)
    both[0].set_title("Compiling one engine with g++ -O2", loc="left")
    both[1].legend(loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False)
    save(figure, directory, "compile.svg")


def draw_ssh(report, directory):
    """Processor time of the servers: what does not depend on how busy the machine was otherwise."""
    medians = report["medians"]
    servers = [s for s in ("statecall", "openssh", "dropbear")]
    panels = [("bulk", "cpu_s_per_gib", "seconds of processor time per GiB"), ("logins", "cpu_ms", "ms of processor time per login"),
              ("memory", "kib", "KiB of private memory per idle connection")]
    panels = [p for p in panels if p[0] in medians]
    figure, several = plt.subplots(1, len(panels), figsize=(4.6 * len(panels), 3.6))
    for axes, (kind, key, label) in zip(several if len(panels) > 1 else [several], panels):
        groups = list(medians[kind])
        values = {s: {g: medians[kind][g][s][key] for g in groups if s in medians[kind][g]} for s in servers}
        bars(axes, groups, servers, values)
        axes.set_xlabel(label)
        axes.margins(x=0.15)
    figure.suptitle("SSH servers, the same client, one run", x=0.02, ha="left")
    axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False)
    figure.tight_layout()
    save(figure, directory, "ssh.svg")


def draw_guests(report, directory, name, title):
    """Ratios to the Linux guest: what emulation adds to both is then left out."""
    medians = report["medians"]
    # Where less is better, and Linux has been measured as well.
    rows = [w for w in medians if "linux" in medians[w] and not re.search("^of it|MiB/s|per second", w)]
    guests = [g for g in ("policed", "unpoliced") if any(g in medians[w] for w in rows)]
    values = {g: {w: medians[w][g] / medians[w]["linux"] for w in rows if g in medians[w]} for g in guests}
    figure, axes = plt.subplots(figsize=(8, 0.36 * len(rows) + 1))
    bars(axes, rows, guests, values)
    axes.set_xscale("log")
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xlabel("as a multiple of the Linux guest's (logarithmic; shorter is better)")
    axes.set_title(title, loc="left")
    axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False)
    save(figure, directory, name)


def draw_xen(report, directory):
    draw_guests(report, directory, "xen.svg", "The TCP unikernel and a Linux guest under the same Xen, emulated")


def draw_bastion(report, directory):
    draw_guests(report, directory, "bastion.svg", "The SSH bastion, and sshd in a Linux guest, under the same Xen, emulated")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    results, directory = sys.argv[1:]
    os.makedirs(directory, exist_ok=True)
    for name, draw in (("tick.json", draw_tick), ("many.json", draw_many), ("compile.json", draw_compile),
                       ("ssh.json", draw_ssh), ("xen.json", draw_xen), ("bastion.json", draw_bastion)):
        report = load(results, name)
        if report:
            draw(report, directory)


if __name__ == "__main__":
    main()
