"""The parts of the session: each holds one thing that changes, and says when it did."""
