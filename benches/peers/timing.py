"""What the peers in process share: the definitions' constants, and how they are checked and timed."""

import functools
import json
import math
import statistics
import sys
import time

from agreement import differences

AGES_H = (1, 3, 6, 12, 24, 48, 72, 168)
HOUR_S, DAY_S, WEEK_S = 3_600, 86_400, 7 * 86_400
BEFORE, BEFORE_MIN = 30, 5
Z80 = 1.2815515655446004
SECONDS_A_QUESTION = 0.4
RUNS_MIN = 3


@functools.cache
def low_high(n):
    """Places of the interval of a median among n sorted values: the k-th from either end, k the largest with
    P(Binomial(n, 1/2) < k) <= 10 %."""
    k, below = 0, 0
    while k < n:
        below += math.comb(n, k)
        if 10 * below > 2**n:
            break
        k += 1
    return (k - 1, n - k) if k else (None, None)


def run(channel, questions, answers):
    """Prints the median time of each question as JSON; ends with what differs when an answer is not right."""
    with open(answers, encoding="utf-8") as file:
        right = json.load(file)
    times = {}
    for name, ask in questions.items():
        lines = differences(json.loads(json.dumps(ask(channel))), right[name])
        if lines:
            sys.exit(f"{name} differs:\n" + "\n".join(lines[:10]))
        taken = []
        while len(taken) < RUNS_MIN or sum(taken) < SECONDS_A_QUESTION:
            started = time.perf_counter()
            ask(channel)
            taken.append(time.perf_counter() - started)
        times[name] = statistics.median(taken)
    print(json.dumps(times))
