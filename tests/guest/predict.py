#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the next page comes from, predicted and then looked at, over random states (predict.py PROGRAM
KERNEL). 60 states; with NRB_LONG 1,000.

Four nodes, two of them without CPUs and one of those far away; node 0 has three zones. predict.c, which is
built of what `explain --verify` is, brings the guest to each state. States are drawn by a fixed seed,
round robin for one recipe each: a gate or an outcome that it is made for. What decides in the end is what
the prediction says, and that is counted.

One gate is not tried: the node's reclaim lock, held by another task. That lasts as long as one call, and
no file tells of it.
"""
import json
import os
import random
import sys
from collections import Counter, namedtuple

import guest

SEED = 20261130
STATES, STATES_LONG = 60, 1000
STATES_A_SCENE, STATES_A_SCENE_LONG = 15, 25
NODES = 4
CPU_NODES = (0, 1)
NODE_MIB, LOW_MIB, DISK_MIB = 192, 128, 1500
# The fourth is beyond RECLAIM_DISTANCE, 30, of all others.
DISTANCES = {(0, 1): 21, (0, 2): 17, (1, 2): 28, (0, 3): 35, (1, 3): 40, (2, 3): 45}
DISTANCES.update({(b, a): far for (a, b), far in list(DISTANCES.items())})
DEADLINE_S, DEADLINE_LONG_S = 420, 1500
NEAR = 0.1  # of a limit
LEAST_NEAR, LEAST_NEAR_SHORT = 1 / 3, 1 / 4  # of the states; half of all limits are laid near
LEAST_RIGHT = 0.99
# Where 99 of 100 are right, 4 of 60 or more are wrong in 3 of 1,000 runs; where 95 are, in 6 of 10.
MOST_WRONG_SHORT = 3
LEAST_EACH = 50  # of 1,000; of 60, that there is one

State = namedtuple("State", "cpu policy node order gfp mode aim low cache slab dirty thp kswapd lists")
PLAIN = State(0, "local", 0, 0, "movable", 1, 0, "away", "r1", "r100", "away", "madvise", -1, 0)
WRITES_KIB = (4, 4, 16, 1024)  # by which files are written: folios are as large
KINDS = ("clean", "mapped", "dirty", "shmem", "anon")


# How states are drawn: a limit is laid at a share of what is measured against it, half of them near it.

def exceeded(draw):
    return "s%.4f" % (1 / (1 + draw.choice((draw.uniform(0.002, NEAR * 0.9), draw.uniform(NEAR, 0.6)))))


def not_exceeded(draw):
    return "s%.4f" % (1 / (1 - draw.choice((draw.uniform(0.002, NEAR * 0.9), draw.uniform(NEAR, 0.5)))))


def either(draw):
    return draw.choice((exceeded, not_exceeded))(draw)


def just_missed(draw):
    """By fewer pages than one call frees."""
    return "p%d" % draw.randint(0, 24)


def short_lists(draw):
    """As long as the kernel makes them, or so short that what is freed is soon free."""
    return draw.choice((0, draw.randint(300, 1500)))


def own(draw, **words):
    """A request on a CPU of the node that is aimed at."""
    node = words.pop("node", draw.choice(CPU_NODES))
    return PLAIN._replace(**{"cpu": node, "node": node, "aim": node, "mode": draw.randint(1, 7), **words})


def preferring(draw, cpu, node, **words):
    return PLAIN._replace(**{"cpu": cpu, "policy": "preferred", "node": node, "aim": node,
                             "mode": draw.randint(1, 7), **words})


def most_of(scene, kind):
    return max(CPU_NODES, key=lambda node: scene[node][kind])


def enough(draw, _):
    return own(draw, low=exceeded(draw), gfp=draw.choice(("movable", "kernel")))


def off(draw, _):
    return own(draw, mode=0, low=not_exceeded(draw))


def closed(draw, _):
    return own(draw, low=not_exceeded(draw), cache=not_exceeded(draw))


def by_slab(draw, _):
    return own(draw, low=draw.choice((not_exceeded, just_missed))(draw), cache="r100", slab=exceeded(draw),
               lists=short_lists(draw))


def slab_closed(draw, _):
    return own(draw, low=not_exceeded(draw), cache="r100", slab=not_exceeded(draw))


def light(draw, _):
    """A huge page, for which the fault may not wait."""
    return own(draw, order=9, thp=draw.choice(("defer", "never")), low=not_exceeded(draw), cache="r0")


def huge(draw, _):
    return own(draw, order=9, low=either(draw), cache="r0")


def elsewhere(draw, _):
    cpu = draw.choice(CPU_NODES)
    return preferring(draw, cpu, 1 - cpu, low=not_exceeded(draw), cache="r0")


def makes_room(draw, scene):
    return own(draw, node=most_of(scene, "clean"), low=just_missed(draw),
               cache=draw.choice(("r0", exceeded(draw))), lists=draw.randint(300, 1500))


def too_little(draw, _):
    return own(draw, low=not_exceeded(draw), cache=draw.choice(("r0", exceeded(draw))),
               lists=short_lists(draw))


def no_cpus(draw, _):
    return preferring(draw, draw.choice(CPU_NODES), draw.choice((2, 3)), cache="r0",
                      low=draw.choice((not_exceeded, just_missed))(draw), lists=short_lists(draw))


def too_far(draw, _):
    """Most nodes are below low: from the fourth the others are too far."""
    return preferring(draw, draw.choice(CPU_NODES), 3, cache="r100", low="s%.4f" % draw.uniform(1.2, 2.5))


def dirtiest(draw, scene, **words):
    """Of the node that has most dirty pages: with more on another the writer would be kept waiting until they
    are written, and the state not be what was read."""
    node = max(range(NODES), key=lambda one: scene[one]["dirty"])
    words = {"gfp": "dirty-write", "mode": draw.randint(0, 7), **words}
    if node in CPU_NODES:
        return own(draw, node=node, **words)
    return preferring(draw, draw.choice(CPU_NODES), node, **words)


def dirty_over(draw, scene):
    return dirtiest(draw, scene, dirty=exceeded(draw), low=draw.choice(("away", exceeded(draw))))


def dirty_under(draw, scene):
    return dirtiest(draw, scene, dirty=not_exceeded(draw), low=draw.choice(("away", either(draw))))


def blocks(draw, _):
    return own(draw, gfp="kernel", order=draw.randint(1, 6), low=either(draw), cache="r0")


def bound(draw, _):
    return own(draw, policy="bind", low=either(draw), cache=draw.choice(("r0", exceeded(draw))))


def awake(draw, _):
    return own(draw, node=0, mode=draw.randint(0, 7), low=either(draw), kswapd=0)


RECIPES = (enough, off, off, closed, by_slab, by_slab, slab_closed, light, light, huge, elsewhere, makes_room,
           makes_room, too_little, no_cpus, too_far, dirty_over, dirty_over, dirty_under, blocks, bound)
# With two recipes more each has fewer states, and some would have too few.
SINCE_6_18 = (awake, awake, dirty_over, dirty_over, too_far)


def draw_scene(draw):
    """Of each node's free memory a part stays free; most of the rest is one kind, some kinds are not there."""
    scene = []
    for _ in range(NODES):
        weights = {kind: draw.choice((0, draw.random())) for kind in KINDS}
        weights[draw.choice(KINDS)] += 1
        full = draw.uniform(0.75, 0.95) / sum(weights.values())
        scene.append({kind: full * weight for kind, weight in weights.items()})
    node = draw.choice(CPU_NODES)
    for kind, on in (("dirty", node), ("clean", 1 - node)):
        missing = max(0.2 - scene[on][kind], 0)
        scene[on] = {one: share * (1 - missing) for one, share in scene[on].items()}
        scene[on][kind] += missing
    return scene


def scene_line(draw, number, is_short, scene):
    """MGLRU is drawn; of few scenes every second one has it."""
    lru_gen = draw.randint(0, 1)
    return " ".join(["scene", str(number % 2 if is_short else lru_gen), str(draw.choice(CPU_NODES)), str(draw.randint(0, 600)),
                     str(draw.choice(WRITES_KIB)),
                     *("%.3f" % node[kind] for node in scene for kind in KINDS)])


def draw_table(kernel, n_states, a_scene):
    """The recipes by the states' numbers, and the lines of the table."""
    draw = random.Random("%s %s" % (SEED, kernel))
    recipes = RECIPES + (SINCE_6_18 if kernel not in ("5.10", "6.1") else ())
    names = [recipes[i % len(recipes)] for i in range(n_states)]
    draw.shuffle(names)
    lines, scene = [], None
    for number, recipe in enumerate(names):
        if number % a_scene == 0:
            scene = draw_scene(draw)
            lines.append(scene_line(draw, number // a_scene, n_states <= STATES, scene))
        lines.append("state %d %s" % (number, " ".join(map(str, recipe(draw, scene)))))
    return names, lines


# What they show

def closed_gates(step):
    return {"gate %s closed" % gate["gate"] for gate in step.get("gates", []) if not gate["is_open"]}


def is_opened_by_slab(step):
    return any(gate["gate"] == "cache" and gate["is_open"] and gate["test"]["value"] <= gate["test"]["limit"]
               for gate in step.get("gates", []))


def deciding(predicted):
    """What decided on the way: the gates that were closed, and what became of the first node, in words."""
    steps, found = predicted["steps"], set()
    for step in steps:
        found |= closed_gates(step)
        if is_opened_by_slab(step):
            found.add("gate cache opened by slab alone")
        if step["verdict"] in ("kswapd-awake", "dirty-share"):
            found.add("node passed over: " + step["verdict"])
        if step.get("reclaims"):
            found.add("node reclaim runs " + ("and makes room" if step["verdict"] == "reclaimed" else "in vain"))
    if predicted["outcome"] == "page":
        is_first = predicted["node"] == steps[0]["node"]
        found.add("page of the first node" + ("" if predicted["reclaims"] else ", no reclaim") if is_first
                  else "page of another node")
    return found


WANTED = ("gate mode closed", "gate distance closed", "gate cache closed", "gate cache opened by slab alone",
          "gate waiting closed", "gate cpu closed", "node passed over: dirty-share",
          "node reclaim runs and makes room", "node reclaim runs in vain", "page of the first node, no reclaim",
          "page of another node")
WANTED_SINCE_6_18 = ("gate mglru closed", "node passed over: kswapd-awake")


def is_near(row):
    return row["predicted"].get("nearest_limit", {}).get("relative", 1) <= NEAR


def share_of(n, of):
    return "%d of %d (%.1f %%)" % (n, of, 100 * n / of if of else 100)


def print_rates(kernel, rows):
    """Lines that tests/predictionstable.py collects."""
    near = [row for row in rows if is_near(row)]
    for what, some in (("all", rows), ("within a tenth of a limit", near),
                       ("farther from any", [row for row in rows if not is_near(row)])):
        print("\t".join(["PREDICTED", kernel, what, str(len(some)),
                         str(sum(row["node_is_right"] for row in some)),
                         str(sum(row["reclaim_is_right"] for row in some))]))


def check_counts(checks, kernel, rows):
    counts = Counter()
    for row in rows:
        counts.update(deciding(row["predicted"]))
    least = LEAST_EACH * len(rows) // STATES_LONG if guest.is_long() else 1
    for what in WANTED + (WANTED_SINCE_6_18 if kernel not in ("5.10", "6.1") else ()):
        print("\t".join(["DECIDED", kernel, what, str(counts[what])]))
        checks.that(counts[what] >= least, "%s: in at least %d states" % (what, least), counts[what])
    near, share = sum(map(is_near, rows)), LEAST_NEAR if guest.is_long() else LEAST_NEAR_SHORT
    checks.that(near >= share * len(rows), "%.0f %% stand within a tenth of a limit" % (100 * share),
                share_of(near, len(rows)))


def describe(kernel, row, recipe):
    request, predicted, came = row["request"], row["predicted"], row["came"]
    print("MISS\t%s\tstate %d (%s): CPU %d, %s node %d, order %d, %s, mode %d, MGLRU %s: predicted %s of node %s, "
          "reclaim %s; came of node %d%s, reclaim %s, %d pages freed; %s" % (
              kernel, row["id"], recipe.__name__, request["cpu"], request["policy"], request["node"], request["order"],
              request["gfp"], row["mode"], "on" if request["lru_gen"] else "off", predicted["outcome"],
              predicted.get("node", "-"), predicted["reclaims"], came["node"],
              "" if came["is_whole"] else " in pieces", came["reclaims"], row["freed_pages"],
              predicted.get("unsure_why", "nothing unsure")))
    for step in predicted["steps"]:
        print("  " + json.dumps(step))


def check_rows(checks, kernel, names, rows):
    checks.equal(len(rows), len(names), "every state was looked at")
    misses = [row for row in rows if not (row["node_is_right"] and row["reclaim_is_right"])]
    for row in misses:
        describe(kernel, row, names[row["id"]])
    print_rates(kernel, rows)
    wrong_node = sum(not row["node_is_right"] for row in rows)
    wrong_reclaim = sum(not row["reclaim_is_right"] for row in rows)
    most = int(len(rows) * (1 - LEAST_RIGHT)) if guest.is_long() else MOST_WRONG_SHORT
    checks.that(wrong_node <= most, "the node is as predicted but for %d" % most, share_of(wrong_node, len(rows)))
    checks.that(wrong_reclaim <= most, "so is whether node reclaim runs", share_of(wrong_reclaim, len(rows)))
    check_counts(checks, kernel, rows)


def check_users(checks, files):
    """`explain` and `explain --verify` there, when all is at rest: every page of every node that is asked for."""
    def shown(name):
        if not checks.equal((files / (name + ".exit")).read_text().strip(), "0", name + " succeeds"):
            print((files / (name + ".err")).read_text())
            return None
        return json.loads((files / name).read_text())

    for node in range(NODES):
        explained = shown("explain-%d" % node)
        if explained is not None:
            order = list(dict.fromkeys(zone["node"] for zone in explained["zonelist"]))
            nearest = sorted(range(NODES), key=lambda other, node=node: 10 if other == node else DISTANCES[node, other])
            checks.equal(order, nearest, "explain: node %d's list is by distance" % node)
            checks.equal({mode["node"] for mode in explained["modes"]}, {node}, "and in no mode another gives the page")
    for name in ["verify-%d" % node for node in range(NODES)] + ["verify-kernel", "verify-huge", "verify-write"]:
        verified = shown(name)
        if verified is not None:
            checks.equal((verified["nodes_right"], verified["reclaim_right"]),
                         (verified["count"], verified["reclaim_known"]), "explain --" + name + ": as predicted")


def test(checks):
    kernel, long = sys.argv[2], guest.is_long()
    names, lines = draw_table(kernel, STATES_LONG if long else STATES,
                              STATES_A_SCENE_LONG if long else STATES_A_SCENE)
    with guest.work_directory() as work:
        (work / "states").write_text("\n".join(lines) + "\n")
        with guest.Guest(guest.kernel(kernel), guest.HERE / "predict.sh",
                         [sys.argv[1], os.environ["NRB_PREDICT"], work / "states"], cpus=(1, 1, 0, 0),
                         node_mib=NODE_MIB, distance=DISTANCES, low_mib=LOW_MIB, disk_mib=DISK_MIB) as machine:
            files = machine.run(DEADLINE_LONG_S if long else DEADLINE_S).files
            if not checks.equal((files / "predict.exit").read_text().strip(), "0", "all states were made"):
                print((files / "predict.err").read_text()[-2000:])
            check_rows(checks, kernel, names,
                       [json.loads(line) for line in (files / "predict").read_text().splitlines()])
            check_users(checks, files)


if __name__ == "__main__":
    guest.main(test)
