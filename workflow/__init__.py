"""The engine and the things that can be done with it. Nothing in here knows of the web."""
