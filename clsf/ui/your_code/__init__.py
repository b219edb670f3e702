"""The page Your code: a program is pasted, read and analysed."""
