"""The window's door to `ksyn`: plain functions for worker threads, numpy out.

The engine (and with it torch) is imported inside the functions, so that the window can show
before torch is read from the disk.
"""
