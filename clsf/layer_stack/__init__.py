"""A chain of up to four layers without a framework: what it is, what its weights are, what it does to shapes, in words and formulas"""
