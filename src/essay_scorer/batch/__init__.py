"""A file of essays becomes a file of scored essays, on every core, in the input's order.

    rows.py      what one row is, and which columns of it are scored
    reading.py   CSV, TSV and JSON Lines become rows; Parquet in parquet.py
    table.py     the columns of all of it
    writing.py   rows and answers become a file again; nothing half written at its name
    journal.py   what was scored already, so that a run that was killed goes on
    worker.py    a process that scores on one core
    workers.py   as many of these as there are cores, their answers in order
    report.py    how far it is, and how it went
    run.py       all of it, in a row
    cloud.py     the same in AWS: sent there, followed, brought back

Rows stream through: memory depends neither on how many there are nor on what is in them.
"""
