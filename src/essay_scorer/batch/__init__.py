"""Score a whole file of essays on every core, in the input's order.

    run.py              a job from input to output
    row_scorer.py       the outcome of each row: from the checkpoint, else from the workers
    pool.py             one worker process for each core; outcomes in the order of the tasks
    worker_process.py   a worker as the pool sees it: pipes, and the tasks in flight
    worker.py           the program that a worker runs
    checkpoint.py       the outcomes so far, from which an interrupted run resumes
    result_columns.py   the columns that an outcome adds to a row
    summary.py          counts of a run, for people

Rows stream through: memory depends neither on their number nor on their content. Formats of
files are in ``essay_scorer.tables``.
"""
