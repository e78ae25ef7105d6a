"""K-Syn's window: shows what the engine streams, and knows no mathematics."""
