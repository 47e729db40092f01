"""The HTTP application, the local server around it, and the teacher's page."""
