"""Docks that show and change the session; they do not know each other."""
