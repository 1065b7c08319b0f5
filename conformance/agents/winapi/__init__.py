"""The witness of a Windows machine: files, processes, and what the system below is able to show. A program."""
