"""Sequences of operations that nobody wrote down: their words, what a byte stream answers, and the frozen ones."""
