"""Measures Astegni; `bench/run.py` is the command line."""
