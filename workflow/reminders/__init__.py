"""Reminders: what people are reminded of, when, by whose choice, and that it happens once."""
