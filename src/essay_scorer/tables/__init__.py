"""Essays in files: CSV, TSV, JSON Lines and Parquet, for the batch, AWS and the lab.

Reading: ``readers.open_source`` gives a ``rows.Source`` that streams ``rows.Row``;
``header.Table`` reads its column names, ``columns.EssayColumns`` decides which of them hold the
essays. Writing: ``writers.make_writer`` in a file from ``atomic.atomic_file``.
"""
