"""The web application as people meet it: every page that a test sees is inspected."""
