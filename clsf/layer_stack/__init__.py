"""A chain of up to four layers without a framework: its layers, its weights, its shapes, in words and formulas"""
