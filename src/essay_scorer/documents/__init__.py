"""The text of one document: Word, OpenDocument, PDF, RTF, web page or plain text.

``reading.read_document`` turns the bytes of a file into its text; the first bytes decide what kind
of document it is, not its name. ``collection.open_collection`` lists the documents of a folder or a
ZIP archive, with the names of their writers. ``paper_heading`` finds the lines above a paper's
title. Nothing is extracted to the disk.
"""
