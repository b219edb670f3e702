"""The Layers page: one picture through a chain of up to four layers, with views of each."""
