#!/usr/bin/env python3
"""Reads the tables of a run with pandas and computes every AUC, average precision and Youden index again with
scikit-learn; they must equal ours to 1e-10.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install pandas scikit-learn
    /tmp/venv/bin/python tests/reference/run_tables.py out/basin_isolation/quick
"""
import json, sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "out/basin_isolation/quick")
patterns = pd.read_csv(folder / "patterns.csv")
ours = pd.read_csv(folder / "realizations.csv")
key = ["model", "n", "m", "realization"]
worst, compared = 0.0, 0
groups = dict(list(patterns.groupby(key)))
for _, row in ours.iterrows():
    group = groups[tuple(row[key])]
    assert len(group) == row["judged"], f"{tuple(row[key])}: {len(group)} patterns, not {row['judged']}"
    failed = group["failed"].to_numpy()
    worst = max(worst, abs(100.0 * failed.mean() - row["fail_percent"]))
    for score in ("isolation", "mean_overlap", "max_overlap"):
        if np.isnan(row[f"auc_{score}"]):
            assert failed.min() == failed.max() or group[score].isna().any(), f"{tuple(row[key])}: no AUC"
            continue
        values = group[score].to_numpy()
        fpr, tpr, _ = roc_curve(failed, values, drop_intermediate=False)
        theirs = {
            f"auc_{score}": roc_auc_score(failed, values),
            f"average_precision_{score}": average_precision_score(failed, values),
            f"youden_{score}": max(0.0, (tpr - fpr).max()),
        }
        for name, value in theirs.items():
            compared += 1
            worst = max(worst, abs(value - row[name]))

summary = {q["quantity"]: q["ours"] for q in json.loads((folder / "summary.json").read_text())["quantities"]}
columns = {"fail %": "fail_percent", "AUC(I_μ)": "auc_isolation", "AUC(mean |O|)": "auc_mean_overlap",
           "AUC(max O)": "auc_max_overlap", "Youden J*": "youden_isolation"}
# The rows of Table 1, by size and load.
for _, row in pd.read_csv(folder / "table_1.csv").iterrows():
    rows = ours[(ours["model"] == "n = 3") & (ours["n"] == row["n"]) & (ours["m"] == row["m"])]
    for title, column in columns.items():
        of = summary[f"{title}, N = {row['n']}"]
        if of["realizations"] == 0:  # of a subset of the patterns: not compared with the paper
            continue
        values = rows[column].dropna()
        assert len(values) == of["realizations"], f"{title}, N = {row['n']}: {len(values)} realizations"
        compared += 2
        worst = max(worst, abs(values.mean() - of["mean"]), abs(values.std(ddof=1) - of["sd"]))
assert not np.isnan(worst), "something is not a number"
print(f"{len(patterns)} patterns, {len(ours)} realizations, {compared} numbers compared, largest difference {worst:.1e}")
assert compared > 10, "nothing was compared"
sys.exit(int(worst > 1e-10))
