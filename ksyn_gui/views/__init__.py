"""Widgets that draw arrays and know no session."""
