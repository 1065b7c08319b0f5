"""Faulty agents for Windows, made of the reference agent there."""
