"""The Layers page: one picture through a chain of up to four layers, and everything there is to see of each"""
