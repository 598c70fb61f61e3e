"""The practice itself: first ten questions, settings, what leaves it, reminders, documents, the demonstration."""
