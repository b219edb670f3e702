"""Own classes: images that a reader collects by camera or file, class by class, until a model is taught them.

collection    the classes and their images, as one frozen value; what is still missing
recordings    the split in which a recording is whole on one side
kept          the collection as a private data set
reading       files from a browser, decoded in a process of their own
teach_file    the collection as a file to take along
tryout        a collection that is there at once
unknown       when an answer is too unsure to be one
few           how good a head is with 2, 4, 8, … images per class
"""
