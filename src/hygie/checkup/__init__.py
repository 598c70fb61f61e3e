"""Where the practice stands: facts and answers in, findings, measures and at most six actions out.

`registry` names the rules, `checks/` holds them, `answers` reads what people said, `run` judges, `score` counts.
"""
