"""Own classes: images that a reader collects by camera or file, class by class, and then trains a model on.

collection    the classes and their images, as one frozen value; what is still missing
recordings    the split that keeps each recording on one side
kept          the collection as a private data set
reading       files from a browser, decoded in a separate process
teach_file    the collection as a file to download
tryout        a ready-made collection
unknown       when a prediction is too uncertain
few           how good a head is with 2, 4, 8, … images per class
"""
