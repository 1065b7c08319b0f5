"""Agents as processes: started, talked to, ended; and what is run against them."""
